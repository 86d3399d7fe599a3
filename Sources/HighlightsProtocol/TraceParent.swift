/// The `traceparent` header of W3C Trace Context, level 1: which trace a record belongs to.
public struct TraceParent: Sendable, Hashable, CustomStringConvertible {
  /// 32 lower-case hexadecimal characters, not all zero.
  public let traceID: String
  /// The caller's span: 16 lower-case hexadecimal characters, not all zero.
  public let parentID: String
  /// Bit 0 is "sampled".
  public let flags: UInt8

  /// Whether the caller records this trace.
  public var isSampled: Bool { flags & 1 == 1 }

  /// Parses a header; nil when it is invalid, in which case a new trace begins (section 3.2.2).
  ///
  /// A version later than 00 is read as far as version 00 goes, as the specification asks.
  public init?(_ header: String) {
    let bytes = Array(header.utf8)
    let dash = UInt8(ascii: "-")
    guard bytes.count >= 55, bytes[2] == dash, bytes[35] == dash, bytes[52] == dash,
      let version = Self.byte(bytes[0..<2]), version != 0xFF,
      bytes.count == 55 || (version > 0 && bytes[55] == dash),
      let flags = Self.byte(bytes[53..<55])
    else { return nil }
    self.init(
      traceID: String(decoding: bytes[3..<35], as: UTF8.self),
      parentID: String(decoding: bytes[36..<52], as: UTF8.self), flags: flags)
  }

  /// Nil unless both identifiers are lower-case hexadecimal of the right length and not all zero.
  public init?(traceID: String, parentID: String, flags: UInt8) {
    guard Self.isIdentifier(traceID, length: 32), Self.isIdentifier(parentID, length: 16) else {
      return nil
    }
    self.traceID = traceID
    self.parentID = parentID
    self.flags = flags
  }

  /// The header's value, always in version 00.
  public var description: String {
    "00-\(traceID)-\(parentID)-\(flags < 16 ? "0" : "")\(String(flags, radix: 16))"
  }

  private static func isIdentifier(_ text: String, length: Int) -> Bool {
    text.utf8.count == length && text.utf8.allSatisfy { digit($0) != nil }
      && text.utf8.contains { $0 != UInt8(ascii: "0") }
  }

  private static func byte(_ pair: ArraySlice<UInt8>) -> UInt8? {
    guard let first = pair.first, let last = pair.last, let high = digit(first),
      let low = digit(last)
    else { return nil }
    return high << 4 | low
  }

  private static func digit(_ character: UInt8) -> UInt8? {
    switch character {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
    default: nil
    }
  }
}
