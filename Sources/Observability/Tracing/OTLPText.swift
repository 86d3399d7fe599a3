import Tracing

/// Writes spans as OTLP's JSON (`ExportTraceServiceRequest`, opentelemetry-proto 1.x, JSON mapping: identifiers in
/// hexadecimal, 64-bit numbers as text).
///
/// Written by hand because it is done for every span: `JSONEncoder` takes several times as long.
struct OTLPText {
  private(set) var bytes: [UInt8] = []
  /// Attributes that are not exported: they may hold what people search for.
  let hidden: Set<String>

  /// A longer text is cut.
  static let longestText = 1_024

  init(hiding hidden: Set<String>) { self.hidden = hidden }

  static func request(
    _ spans: [OTLPSpan.Record], resource: [(String, String)], hiding hidden: Set<String>
  ) -> [UInt8] {
    var text = OTLPText(hiding: hidden)
    text.bytes.reserveCapacity(spans.count * 700 + 512)
    text.raw(#"{"resourceSpans":[{"resource":{"attributes":["#)
    text.each(resource) { text, pair in
      text.attribute(pair.0) { $0.stringValue(pair.1) }
    }
    text.raw(#"]},"scopeSpans":[{"scope":{"name":"highlights"},"spans":["#)
    text.each(spans) { $0.span($1) }
    text.raw("]}]}]}")
    return text.bytes
  }

  // MARK: Spans

  private mutating func span(_ span: OTLPSpan.Record) {
    raw(#"{"traceId":""#)
    raw(span.trace.traceID.description)
    raw(#"","spanId":""#)
    raw(Hex.text(span.trace.spanID))
    if let parent = span.parent {
      raw(#"","parentSpanId":""#)
      raw(Hex.text(parent))
    }
    if let state = span.trace.state {
      raw(#"","traceState":"#)
      text(state)
      raw(#","name":"#)
    } else {
      raw(#"","name":"#)
    }
    text(span.name)
    raw(#","kind":\#(Self.number(of: span.kind)),"startTimeUnixNano":"\#(span.startedAt)""#)
    raw(#","endTimeUnixNano":"\#(max(span.endedAt, span.startedAt))","attributes":["#)
    attributes(span.attributes)
    raw(#"],"events":["#)
    each(span.events) { text, event in
      text.raw(#"{"timeUnixNano":"\#(event.at)","name":"#)
      text.text(event.name)
      text.raw(#","attributes":["#)
      text.attributes(event.attributes)
      text.raw("]}")
    }
    raw(#"],"links":["#)
    each(span.links) { text, link in
      let ids = #"{"traceId":"\#(link.trace.traceID)","spanId":"\#(Hex.text(link.trace.spanID))""#
      text.raw(ids + #","attributes":["#)
      text.attributes(link.attributes)
      text.raw("]}")
    }
    raw("],\"status\":{")
    if let status = span.status {
      raw("\"code\":\(status.code == .ok ? 1 : 2)")
      if let message = status.message {
        raw(",\"message\":")
        text(message)
      }
    }
    raw("}}")
  }

  /// `Span.SpanKind` of the protocol.
  private static func number(of kind: SpanKind) -> Int {
    switch kind {
    case .internal: 1
    case .server: 2
    case .client: 3
    case .producer: 4
    case .consumer: 5
    }
  }

  // MARK: Attributes

  private mutating func attributes(_ attributes: SpanAttributes) {
    var isFirst = true
    // It is no sequence.
    // swift-format-ignore: ReplaceForEachWithForLoop
    attributes.forEach { name, value in
      guard !hidden.contains(name) else { return }
      if !isFirst { raw(",") }
      isFirst = false
      attribute(name) { $0.value(value) }
    }
  }

  private mutating func attribute(_ name: String, _ value: (inout OTLPText) -> Void) {
    raw(#"{"key":"#)
    text(name)
    raw(#","value":"#)
    value(&self)
    raw("}")
  }

  private mutating func value(_ value: SpanAttribute) {
    switch value {
    case .int32(let number): raw(#"{"intValue":"\#(number)"}"#)
    case .int64(let number): raw(#"{"intValue":"\#(number)"}"#)
    case .double(let number) where number.isFinite: raw(#"{"doubleValue":\#(number)}"#)
    case .double(let number): stringValue("\(number)")
    case .bool(let flag): raw(#"{"boolValue":\#(flag)}"#)
    case .string(let text): stringValue(text)
    case .stringConvertible(let value): stringValue(value.description)
    case .int32Array(let values): array(values) { $0.value(.int32($1)) }
    case .int64Array(let values): array(values) { $0.value(.int64($1)) }
    case .doubleArray(let values): array(values) { $0.value(.double($1)) }
    case .boolArray(let values): array(values) { $0.value(.bool($1)) }
    case .stringArray(let values): array(values) { $0.stringValue($1) }
    case .stringConvertibleArray(let values): array(values) { $0.stringValue($1.description) }
    default: stringValue("")
    }
  }

  private mutating func array<T>(_ values: [T], _ write: (inout OTLPText, T) -> Void) {
    raw(#"{"arrayValue":{"values":["#)
    each(values, write)
    raw("]}}")
  }

  private mutating func stringValue(_ value: String) {
    raw(#"{"stringValue":"#)
    text(value)
    raw("}")
  }

  // MARK: JSON

  private mutating func each<T>(_ values: [T], _ write: (inout OTLPText, T) -> Void) {
    for (index, value) in values.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      write(&self, value)
    }
  }

  private mutating func raw(_ text: String) { bytes.append(contentsOf: text.utf8) }

  private mutating func text(_ value: String) {
    JSONText.append(
      value.utf8.count > Self.longestText ? String(value.prefix(Self.longestText)) : value,
      to: &bytes)
  }
}

/// Text as a JSON string (RFC 8259, section 7).
enum JSONText {
  static func append(_ text: String, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        bytes.append(UInt8(ascii: "\\"))
        bytes.append(byte)
      case UInt8(ascii: "\n"): bytes.append(contentsOf: "\\n".utf8)
      case ..<0x20:
        bytes.append(contentsOf: "\\u00".utf8)
        bytes.append(contentsOf: Hex.text(UInt64(byte)).utf8.suffix(2))
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }
}
