import Foundation
import HighlightsProtocol
import Kafka
import SwiftProtobuf

/// One dead letter for people, as lines, and for machines, as JSON.
///
/// Lines hold what strangers wrote: whoever shows them on a terminal takes out what it would obey.
public struct LetterText: Sendable {
  let letter: Letter
  let isRedriven: Bool

  public init(letter: Letter, isRedriven: Bool) {
    self.letter = letter
    self.isRedriven = isRedriven
  }

  /// Bytes of a payload that is no search, from its start.
  private static let bytesShown = 256

  public var lines: [String] {
    var lines = [
      "\(letter.record.partition) @ \(letter.offset)\(isRedriven ? "  redriven" : "")",
      "  died    \(letter.reason.isEmpty ? "of an unknown reason" : letter.reason)"
        + (letter.detail.isEmpty ? "" : ": \(letter.detail)"),
    ]
    if let diedAt = letter.diedAt { lines.append("  at      \(UnixTime(milliseconds: diedAt))") }
    if letter.attempts > 0 { lines.append("  tries   \(letter.attempts)") }
    if let origin = letter.origin {
      lines.append("  from    \(origin.topic)[\(origin.partition)] @ \(origin.offset)")
    }
    if let trace = letter.trace { lines.append("  trace   \(trace.traceID)") }
    lines += letter.record.headers.map { "  header  \($0.name): \(Self.text($0.value))" }
    lines.append("  key     \(letter.record.key.map(Self.text) ?? "(none)")")
    lines.append("  \(payload.isSearch ? "search" : "bytes ")  \(payload.text)")
    if let size = letter.truncatedFrom {
      lines.append("  cut     from \(size) bytes; all of it may still stand where it came from")
    }
    return lines
  }

  /// The search as JSON where it can be read, else the start of its bytes in hexadecimal.
  private var payload: (isSearch: Bool, text: String) {
    if let json = try? letter.search?.jsonString() { return (true, json) }
    guard let value = letter.record.value else { return (false, "(none)") }
    let more = value.count - Self.bytesShown
    return (
      false, Self.hex(value.prefix(Self.bytesShown)) + (more > 0 ? " and \(more) more" : "")
    )
  }

  /// Text as it is; what is none, or is not for people, in hexadecimal.
  private static func text(_ bytes: [UInt8]) -> String {
    guard let text = String(validating: bytes, as: UTF8.self),
      !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
    else { return "0x\(hex(bytes[...]))" }
    return text
  }

  private static func hex(_ bytes: ArraySlice<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(
      decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }

  // MARK: JSON

  /// One object on one line.
  public func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let object = Object(
      topic: letter.record.partition.topic, partition: letter.partition, offset: letter.offset,
      reason: letter.reason, detail: letter.detail, attempts: letter.attempts,
      diedAt: letter.diedAt.map { UnixTime(milliseconds: $0).description },
      redriven: isRedriven,
      origin: letter.origin.map {
        .init(topic: $0.topic, partition: $0.partition, offset: $0.offset)
      },
      trace: letter.trace?.traceID, key: letter.record.key.map(Self.text),
      headers: letter.record.headers.map { [$0.name, Self.text($0.value)] },
      search: payload.isSearch ? payload.text : nil, bytes: payload.isSearch ? nil : payload.text,
      truncatedFrom: letter.truncatedFrom)
    return String(decoding: try encoder.encode(object), as: UTF8.self)
  }

  private struct Object: Encodable {
    struct Origin: Encodable {
      let topic: String
      let partition: Int32
      let offset: Int64
    }

    let topic: String
    let partition: Int32
    let offset: Int64
    let reason, detail: String
    let attempts: Int
    let diedAt: String?
    let redriven: Bool
    let origin: Origin?
    let trace, key: String?
    /// Name and value, in their order: names may repeat.
    let headers: [[String]]
    /// JSON as text: its fields are those of the message.
    let search, bytes: String?
    let truncatedFrom: Int?

    enum CodingKeys: String, CodingKey {
      case topic, partition, offset, reason, detail, attempts, redriven, origin, trace, key
      case headers, search, bytes
      case diedAt = "died_at"
      case truncatedFrom = "truncated_from"
    }
  }
}
