import Foundation
import HighlightsProtocol
import Kafka
import SwiftProtobuf
import TestSupport

/// A message that somebody else may write to `search.queries`, and what should become of it.
struct FleetBadInput {
  let id: String
  let message: KafkaProducerMessage
  /// The word it dies of; nil where it has to be answered, one way or another.
  let reason: String?

  init(
    _ id: String, _ value: [UInt8]?, contentType: String = "application/protobuf", reason: String?
  ) {
    self.id = id
    self.reason = reason
    message = KafkaProducerMessage(
      topic: "search.queries", value: value,
      headers: [
        KafkaHeader(HeaderName.eventID, id), KafkaHeader(HeaderName.contentType, contentType),
      ])
  }

  init(_ id: String, reason: String?, _ fill: (inout SearchQuery) -> Void) throws {
    var query = SearchQuery()
    query.text = "how to fold a sheet"
    fill(&query)
    self.init(id, try query.serializedBytes(), reason: reason)
  }

  init(_ id: String, json: String, reason: String?) {
    self.init(id, Array(json.utf8), contentType: "application/json", reason: reason)
  }

  static func all() throws -> [FleetBadInput] {
    try [
      FleetBadInput("json-cut", json: #"{"queryId": "x", "te"#, reason: "malformed_message"),
      FleetBadInput("json-array", json: "[1, 2]", reason: "malformed_message"),
      FleetBadInput(
        "json-not-utf8", Array(#"{"text": ""#.utf8) + [0xC3, 0x28] + Array(#""}"#.utf8),
        contentType: "application/json", reason: "malformed_message"),
      FleetBadInput(
        "json-deep", json: #"{"text":"a","x":"# + String(repeating: "[", count: 100_000),
        reason: "malformed_message"),
      FleetBadInput("protobuf-wrong", [0xFF, 0xFF, 0xFF, 0x01], reason: "malformed_message"),
      FleetBadInput("protobuf-not-utf8", [0x12, 2, 0xC3, 0x28], reason: "malformed_message"),
      FleetBadInput(
        "avro", [0], contentType: "application/avro", reason: "unsupported_content_type"),
      FleetBadInput("null", nil, reason: "empty_text"),
      FleetBadInput("empty", [], reason: "empty_text"),
      FleetBadInput("text-empty", reason: "empty_text") { $0.text = " \u{200B}\n" },
      FleetBadInput("text-1mb", reason: "text_too_long") {
        $0.text = String(repeating: "fold ", count: 200_000)
      },
      FleetBadInput("videos-10000", reason: "too_many_videos") { query in
        query.videos = (1...10_000).map { index in
          var video = Video()
          video.id = "v\(index)"
          return video
        }
      },
      FleetBadInput("locale-malformed", reason: "invalid_locale") { $0.locale = "en US!" },
      FleetBadInput("locale-unknown", reason: nil) { $0.locale = "qqq-ZZ" },
    ] + strings()
  }

  /// Each hostile text as the search, as a title and as what is said in a video.
  private static func strings() throws -> [FleetBadInput] {
    guard let file = hostileStrings else { return [] }
    let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
    return lines.enumerated().map { index, line in
      // The literal as it stands: this test must not be the one to clean it.
      let text = line.dropFirst(#"{"text": "#.count).dropLast()
      let video =
        #"{"id":"v","title":\#(text),"segments":[{"endMs":900,"text":\#(text)}]}"#
      return FleetBadInput(
        "hostile-\(index)", json: #"{"text":\#(text),"locale":"en","videos":[\#(video)]}"#,
        reason: line == #"{"text": ""}"# ? "empty_text" : nil)
    }
  }

  /// Nil where the checkout has no shared data beside it.
  static var hostileStrings: URL? {
    let file = NoidaBroker.repository.deletingLastPathComponent()
      .appending(path: "shared/data/hostile/strings.jsonl")
    return FileManager.default.fileExists(atPath: file.path) ? file : nil
  }
}
