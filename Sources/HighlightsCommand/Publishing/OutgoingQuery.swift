import Foundation
import Highlights
import HighlightsProtocol
import Kafka

/// A search ready to be published: its id, and its record.
struct OutgoingQuery: Sendable {
  let id: String
  let message: KafkaProducerMessage
  /// Key, value and headers, roughly.
  let bytes: Int

  /// Takes one line of JSON, checked as a worker would check it, and gives it an id when it has none.
  ///
  /// - Throws: `MessageError` or `SearchRejection`.
  init(checking line: QueryLines.Line, topic: String, limits: SearchLimits) throws {
    let query = try Self.decode(line)
    let search = try Search(query, fallbackID: Self.newID(), limits: limits)
    try self.init(query, id: search.id, key: search.key.bytes, topic: topic)
  }

  /// Takes one line whatever it holds: what no worker can read becomes a dead letter there, not here.
  init(raw line: QueryLines.Line, topic: String, limits: SearchLimits) throws {
    guard let query = try? Self.decode(line) else {
      let id = Self.newID()
      self.init(
        id: id, topic: topic, key: nil, value: line.bytes, format: .json)
      return
    }
    let id = query.queryID.isEmpty ? Self.newID() : query.queryID
    let key = try? Search(query, fallbackID: id, limits: limits).key.bytes
    try self.init(query, id: id, key: key, topic: topic)
  }

  private init(_ query: SearchQuery, id: String, key: [UInt8]?, topic: String) throws {
    var query = query
    query.queryID = id
    self.init(
      id: id, topic: topic, key: key, value: try MessageCodec().encode(query), format: .protobuf)
  }

  private init(id: String, topic: String, key: [UInt8]?, value: [UInt8], format: MessageFormat) {
    let event = CloudEvent(
      id: id, type: "highlights.v1.SearchQuery", source: "/highlights/publish",
      time: UnixTime(milliseconds: Int64(Date().timeIntervalSince1970 * 1_000)), format: format)
    message = KafkaProducerMessage(
      topic: topic, key: key, value: value,
      headers: event.headers.map { KafkaHeader($0.0, $0.1) })
    self.id = id
    bytes = value.count + (key?.count ?? 0) + 256
  }

  private static func decode(_ line: QueryLines.Line) throws(MessageError) -> SearchQuery {
    try MessageCodec().decode(from: line.bytes, contentType: MessageFormat.json.contentType)
  }

  private static func newID() -> String { UUID().uuidString.lowercased() }
}
