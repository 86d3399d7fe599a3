import SwiftProtobuf

/// Writes a highlight's binary protobuf as JSON, field by field, as `Protocols/highlights/v1/highlight.proto` has them.
///
/// It stands beside the generated code as a fast way to the same bytes, and takes only what it is sure of; a field that is
/// added to the messages must be added here, to which a test of random messages holds it.
struct HighlightTranscoder {
  typealias Unusual = WireFields.Unusual

  private var json: JSONText
  private var found = HighlightJSON()

  /// - Returns: Nil where the bytes are no highlight, or one that is written in an unusual way.
  static func transcode(_ payload: UnsafeRawBufferPointer) -> HighlightJSON? {
    // What is usual grows by a half; an array grows by itself where that is too little.
    var transcoder = HighlightTranscoder(json: JSONText(capacity: payload.count * 7 / 4 + 256))
    do {
      try transcoder.highlight(payload)
    } catch {
      return nil
    }
    transcoder.found.json = transcoder.json.bytes
    return transcoder.found
  }

  private init(json: JSONText) {
    self.json = json
  }

  private mutating func highlight(_ message: UnsafeRawBufferPointer) throws(Unusual) {
    var field = WireFields(message)
    json.open("{")
    while try field.next() {
      switch field.number {
      case 1: found.key = try text("key", field)
      case 2: try string("queryText", field)
      case 3: try string("locale", field)
      case 4: found.status = try status(field)
      case 5: found.reason = try text("reason", field)
      case 6:
        try element("sentences", field)
        try sentence(field.bytes)
        json.close("]")
      case 7:
        try element("videos", field)
        try video(field.bytes)
        json.close("]")
      case 8: try string("sourceFingerprint", field)
      case 9:
        try begin("provenance", field)
        try provenance(field.bytes)
      case 10:
        try begin("usage", field)
        try usage(field.bytes)
      case 11: found.generatedAt = try time("generatedAt", field)
      case 12: found.freshUntil = try time("freshUntil", field)
      case 13: found.expiresAt = try time("expiresAt", field)
      case 14: found.generationMilliseconds = try number("generationMs", field)
      case 15: try string("label", field)
      // A map, in which a key may come twice.
      case 16: throw Unusual()
      case 17: _ = try number("flaggedSegments", field)
      case 18: found.withdrawalEpoch = try number("withdrawalEpoch", field)
      case 19: try string("actor", field)
      default: break
      }
    }
    json.close("}")
  }

  private mutating func status(_ field: WireFields) throws(Unusual) -> Highlight.Status {
    let value = try enumeration(
      "status", field,
      [
        "STATUS_UNSPECIFIED", "STATUS_ANSWERED", "STATUS_NO_ANSWER", "STATUS_FILTERED",
        "STATUS_WITHDRAWN",
      ])
    return Highlight.Status(rawValue: value) ?? .unspecified
  }

  private mutating func sentence(_ message: UnsafeRawBufferPointer) throws(Unusual) {
    var field = WireFields(message)
    json.open("{")
    while try field.next() {
      switch field.number {
      case 1: try string("text", field)
      case 2:
        _ = try enumeration("kind", field, ["KIND_UNSPECIFIED", "KIND_GROUNDED", "KIND_GENERAL"])
      case 3:
        try element("citations", field)
        try citation(field.bytes)
        json.close("]")
      default: break
      }
    }
    json.close("}")
  }

  private mutating func citation(_ message: UnsafeRawBufferPointer) throws(Unusual) {
    var field = WireFields(message)
    var videoID = ""
    json.open("{")
    while try field.next() {
      switch field.number {
      case 1: videoID = try text("videoId", field)
      case 2: _ = try number("segmentIndex", field)
      case 3: _ = try number("startMs", field)
      case 4: _ = try number("endMs", field)
      case 5: try string("quote", field)
      default: break
      }
    }
    json.close("}")
    found.videoIDs.append(videoID)
  }

  private mutating func video(_ message: UnsafeRawBufferPointer) throws(Unusual) {
    var field = WireFields(message)
    var id = ""
    json.open("{")
    while try field.next() {
      switch field.number {
      case 1: id = try text("id", field)
      case 2: try string("title", field)
      case 3: try string("creator", field)
      case 4: _ = try number("durationMs", field)
      default: break
      }
    }
    json.close("}")
    found.videoIDs.append(id)
  }

  private mutating func provenance(_ message: UnsafeRawBufferPointer) throws(Unusual) {
    var field = WireFields(message)
    json.open("{")
    while try field.next() {
      switch field.number {
      case 1: try string("provider", field)
      case 2: try string("modelRequested", field)
      case 3: try string("modelServed", field)
      case 4: try string("responseId", field)
      case 5: try string("promptVersion", field)
      case 6: try string("pipelineVersion", field)
      case 7: try string("usageTerms", field)
      default: break
      }
    }
    json.close("}")
  }

  private mutating func usage(_ message: UnsafeRawBufferPointer) throws(Unusual) {
    var field = WireFields(message)
    json.open("{")
    while try field.next() {
      switch field.number {
      case 1: _ = try number("inputTokens", field)
      case 2: _ = try number("outputTokens", field)
      case 3: _ = try number("wastedTokens", field)
      case 4: _ = try number("attempts", field)
      case 5: try largeNumber("costMicros", field)
      case 6: try string("currency", field)
      default: break
      }
    }
    json.close("}")
  }
}

// MARK: - Kinds of fields

extension HighlightTranscoder {
  /// Makes sure that a field may be there once, and is.
  private func expect(_ kind: WireFields.Kind, _ field: WireFields) throws(Unusual) {
    guard field.kind == kind, !field.isRepeated else { throw Unusual() }
  }

  private mutating func string(_ name: StaticString, _ field: WireFields) throws(Unusual) {
    try expect(.bytes, field)
    guard !field.bytes.isEmpty else { return }
    json.name(name)
    try json.string(field.bytes)
  }

  /// A string that is also kept.
  private mutating func text(_ name: StaticString, _ field: WireFields) throws(Unusual) -> String {
    try string(name, field)
    return String(decoding: field.bytes, as: UTF8.self)
  }

  private mutating func number(
    _ name: StaticString, _ field: WireFields
  ) throws(Unusual) -> UInt32 {
    try expect(.varint, field)
    guard let value = UInt32(exactly: field.value) else { throw Unusual() }
    guard value != 0 else { return 0 }
    json.name(name)
    json.number(UInt64(value))
    return value
  }

  /// One of 64 bits, which JSON has as a string.
  private mutating func largeNumber(_ name: StaticString, _ field: WireFields) throws(Unusual) {
    try expect(.varint, field)
    guard field.value != 0 else { return }
    json.name(name)
    json.quote { $0.number(field.value) }
  }

  private mutating func enumeration(
    _ name: StaticString, _ field: WireFields, _ names: [StaticString]
  ) throws(Unusual) -> Int {
    try expect(.varint, field)
    guard let value = Int(exactly: field.value), names.indices.contains(value) else {
      throw Unusual()
    }
    guard value != 0 else { return 0 }
    json.name(name)
    json.quote { $0.text(names[value]) }
    return value
  }

  /// Begins a message, whose object is written next.
  private mutating func begin(_ name: StaticString, _ field: WireFields) throws(Unusual) {
    try expect(.bytes, field)
    json.name(name)
  }

  /// Begins an element of an array, whose object and closing bracket are written next: where another one of it was written
  /// last, that bracket makes way.
  private mutating func element(_ name: StaticString, _ field: WireFields) throws(Unusual) {
    guard field.kind == .bytes else { throw Unusual() }
    guard !field.isRepeated else { return json.reopenArray() }
    json.name(name)
    json.open("[")
  }

  /// A time in whole milliseconds, as all of ours are.
  private mutating func time(
    _ name: StaticString, _ field: WireFields
  ) throws(Unusual) -> UnixTime {
    try begin(name, field)
    var part = WireFields(field.bytes)
    var (seconds, nanos): (Int64, Int64) = (0, 0)
    while try part.next() {
      try expect(.varint, part)
      switch part.number {
      case 1: seconds = Int64(bitPattern: part.value)
      case 2: nanos = Int64(bitPattern: part.value)
      default: break
      }
    }
    let years = UnixTime.earliest.milliseconds / 1_000...UnixTime.latest.milliseconds / 1_000
    guard years.contains(seconds), (0..<1_000_000_000).contains(nanos),
      nanos.isMultiple(of: 1_000_000)
    else { throw Unusual() }
    let time = UnixTime(milliseconds: seconds * 1_000 + nanos / 1_000_000)
    json.quote { $0.time(time) }
    return time
  }
}
