import Foundation
import Highlights
import HighlightsProtocol
import Kafka

/// A search ready to be published: its id, and its record.
struct OutgoingQuery: Sendable {
  let id: String
  let message: KafkaProducerMessage
  /// The most that the record may take in a message: key, value, headers and what frames them.
  let bytes: Int
  /// The search itself when a worker could take it and it brings no videos.
  let withoutVideos: SearchQuery?
  /// What the catalogue gave it, where it was asked.
  let found: Found?

  /// Videos of the catalogue, by what became of them.
  struct Found: Sendable, Hashable {
    var brought: Int
    /// The last ones, for which there was no room.
    var leftOut: Int
  }

  /// Takes one line of JSON, checked as a worker would check it, and gives it an id when it has none.
  ///
  /// - Throws: `MessageError` or `SearchRejection`.
  init(checking line: QueryLines.Line, topic: String, limits: SearchLimits) throws {
    try self.init(checking: try Self.decode(line), topic: topic, limits: limits)
  }

  /// The same, of a search that was read already.
  ///
  /// - Throws: `MessageError` or `SearchRejection`.
  init(checking query: SearchQuery, topic: String, limits: SearchLimits) throws {
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

  /// The same search with videos of the catalogue, best first: as many as there is room for.
  ///
  /// - Parameters:
  ///   - segments: The most segments of all of them together.
  ///   - maxBytes: The most that the record may take.
  func bringing(_ videos: [Video], segments: Int, maxBytes: Int) throws -> OutgoingQuery {
    guard var query = withoutVideos else { return self }
    var (roomForSegments, roomForBytes) = (segments, maxBytes - bytes)
    query.videos = Array(
      try videos.prefix { video in
        roomForSegments -= video.segments.count
        // The tag and the length in front of each take at most six bytes.
        roomForBytes -= try MessageCodec().encode(video).count + 6
        return roomForSegments >= 0 && roomForBytes >= 0
      })
    return try OutgoingQuery(
      query, id: id, key: message.key, topic: message.topic,
      found: Found(brought: query.videos.count, leftOut: videos.count - query.videos.count))
  }

  private init(
    _ query: SearchQuery, id: String, key: [UInt8]?, topic: String, found: Found? = nil
  ) throws {
    var query = query
    query.queryID = id
    self.init(
      id: id, topic: topic, key: key, value: try MessageCodec().encode(query), format: .protobuf,
      withoutVideos: key != nil && query.videos.isEmpty ? query : nil, found: found)
  }

  private init(
    id: String, topic: String, key: [UInt8]?, value: [UInt8], format: MessageFormat,
    withoutVideos: SearchQuery? = nil, found: Found? = nil
  ) {
    let event = CloudEvent(
      id: id, type: "highlights.v1.SearchQuery", source: "/highlights/publish",
      time: UnixTime.now, format: format)
    message = KafkaProducerMessage(
      topic: topic, key: key, value: value,
      headers: event.headers.map { KafkaHeader($0.0, $0.1) })
    self.id = id
    self.withoutVideos = withoutVideos
    self.found = found
    // Lengths take at most five bytes, a batch of one record about a hundred.
    var bytes = 128 + value.count + (key?.count ?? 0)
    for (name, text) in event.headers { bytes += name.utf8.count + text.count + 10 }
    self.bytes = bytes
  }

  private static func decode(_ line: QueryLines.Line) throws(MessageError) -> SearchQuery {
    try MessageCodec().decode(from: line.bytes, contentType: MessageFormat.json.contentType)
  }

  private static func newID() -> String { UUID().uuidString.lowercased() }
}

extension OutgoingQuery {
  /// What is to be said of its line: that it has fewer videos than the catalogue found for it.
  func remark(line: Int) -> String? {
    guard let found, found.leftOut > 0 else { return nil }
    return "line \(line): the last \(found.leftOut) of \(found.brought + found.leftOut) videos of "
      + "the catalogue left out, so that it fits kafka.message_max_bytes and "
      + "highlights.segments_max"
  }
}
