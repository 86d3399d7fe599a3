import Tracing

/// Which trace something belongs to, and which span it follows from: W3C Trace Context, level 1.
public struct TraceContext: Sendable, Hashable {
  public struct TraceID: Sendable, Hashable, CustomStringConvertible {
    let high: UInt64
    let low: UInt64

    public var description: String { Hex.text(high) + Hex.text(low) }
  }

  public let traceID: TraceID
  /// Of the span; not 0.
  public let spanID: UInt64
  /// Whether spans of the trace are recorded.
  public let isSampled: Bool
  /// `tracestate`, passed on unread.
  public let state: String?

  /// Longer ones may be dropped (section 3.3.1.5); what is passed on goes into every message.
  static let longestState = 512

  init(traceID: TraceID, spanID: UInt64, isSampled: Bool, state: String? = nil) {
    self.traceID = traceID
    self.spanID = spanID
    self.isSampled = isSampled
    self.state = state
  }

  /// Parses the headers; nil for an invalid `traceparent`, with which a new trace begins (section 3.2.2).
  public init?(traceparent: String, tracestate: String? = nil) {
    let bytes = Array(traceparent.utf8)
    let dash = UInt8(ascii: "-")
    guard bytes.count >= 55, bytes[2] == dash, bytes[35] == dash, bytes[52] == dash,
      let version = Hex.number(bytes[0..<2]), version != 0xFF,
      bytes.count == 55 || (version > 0 && bytes[55] == dash),
      let high = Hex.number(bytes[3..<19]), let low = Hex.number(bytes[19..<35]),
      high != 0 || low != 0, let span = Hex.number(bytes[36..<52]), span != 0,
      let flags = Hex.number(bytes[53..<55])
    else { return nil }
    self.init(
      traceID: TraceID(high: high, low: low), spanID: span, isSampled: flags & 1 == 1,
      state: tracestate.flatMap {
        $0.isEmpty || $0.utf8.count > Self.longestState ? nil : $0
      })
  }

  public var traceparent: String {
    "00-\(traceID)-\(Hex.text(spanID))-\(isSampled ? "01" : "00")"
  }
}

extension InstrumentationContext {
  private enum Key: InstrumentationContextKey {
    typealias Value = TraceContext
    static var nameOverride: String? { "trace" }
  }

  /// The span that is under way here; nil outside of all.
  public var traceContext: TraceContext? {
    get { self[Key.self] }
    set { self[Key.self] = newValue }
  }
}

/// Lower-case hexadecimal, as Trace Context has it.
enum Hex {
  private static let digits = Array("0123456789abcdef".utf8)

  static func text(_ number: UInt64) -> String {
    String(unsafeUninitializedCapacity: 16) { buffer in
      for place in 0..<16 {
        buffer[place] = digits[Int(truncatingIfNeeded: number >> (60 - 4 * place)) & 0xF]
      }
      return 16
    }
  }

  /// Nil for anything but lower-case digits.
  static func number(_ bytes: ArraySlice<UInt8>) -> UInt64? {
    var number: UInt64 = 0
    for byte in bytes {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"):
        number = number << 4 | UInt64(byte - UInt8(ascii: "0"))
      case UInt8(ascii: "a")...UInt8(ascii: "f"):
        number = number << 4 | UInt64(byte - UInt8(ascii: "a") + 10)
      default: return nil
      }
    }
    return number
  }
}
