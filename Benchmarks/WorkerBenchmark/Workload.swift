import ArgumentParser
import Highlights
import HighlightsProtocol
import Kafka
import SwiftProtobuf

/// What the handler of the measured worker does.
enum Role: String, ExpressibleByArgument {
  /// One POST of the message's bytes, one result: the least that any role does.
  case post
  /// The product's summarizer.
  case summarizer
}

/// Everything that the processes of a run must agree on.
struct Workload: ParsableArguments {
  @Option(help: "Messages that are measured.")
  var messages = 40_000
  @Option(help: "Bytes of a message.")
  var messageSize = 2_000
  @Option(help: "Bytes of a result.")
  var resultSize = 1_500
  @Option(help: "Milliseconds that the gateway takes for a call.")
  var latency = 1_000

  static let partitions: Int32 = 12
  static let queries = "search.queries"
  /// Where the posting worker's results and the summarizer's outcomes go: one record a message.
  static let outcomes = "search.outcomes"
  static let highlights = "search.highlights"
  static let dead = "search.queries.dead"

  /// Messages of a partition that the worker keeps in memory. A paused partition resumes at half of it, which must
  /// be well above its share of what is in flight.
  static func buffer(inFlight: Int) -> Int { max(500, inFlight * 3 / 10) }
  static let prefetchBytes = 4 << 20

  func validate() throws {
    for (name, value, allowed) in [
      ("messages", messages, 1_000...1_000_000), ("message-size", messageSize, 200...100_000),
      ("result-size", resultSize, 1...100_000), ("latency", latency, 0...60_000),
    ] where !allowed.contains(value) {
      throw ValidationError(
        "--\(name) \(value): allowed \(allowed.lowerBound) to \(allowed.upperBound)")
    }
  }

  var arguments: [String] {
    [
      "--messages", "\(messages)", "--message-size", "\(messageSize)", "--result-size",
      "\(resultSize)", "--latency", "\(latency)",
    ]
  }

  func message(_ number: Int, for role: Role) throws -> KafkaProducerMessage {
    switch role {
    case .post:
      KafkaProducerMessage(
        topic: Self.queries, partition: Int32(number) % Self.partitions,
        key: Array("\(number)".utf8), value: body)
    case .summarizer: try search(number)
    }
  }

  /// What the posting worker and the bare loop send.
  var body: [UInt8] { [UInt8](repeating: UInt8(ascii: "m"), count: messageSize) }

  // MARK: Searches

  /// A segment that every search has, so that one fixed reply can cite it.
  private static let quote = "Tuck one corner into the other."

  /// The reply that the simulator gives to everyone: an answer that verifies.
  static let reply = """
    {"answerable": true, "sentences": [{"text": "\(quote)", \
    "citations": [{"segment": "v1#0", "quote": "\(quote)"}]}]}
    """

  /// A search of its own key, about as large as the messages are to be.
  private func search(_ number: Int) throws -> KafkaProducerMessage {
    var query = SearchQuery()
    query.queryID = "q-\(number)"
    query.text = "How to fold a fitted sheet, number \(number)"
    query.locale = "en-US"
    var video = Video()
    video.id = "v-1"
    video.title = "Folding sheets"
    video.creator = "linen"
    var size = 0
    while size < messageSize - 150 {
      var segment = Segment()
      segment.startMs = UInt32(video.segments.count) * 1_000
      segment.endMs = segment.startMs + 1_000
      segment.text =
        video.segments.isEmpty
        ? Self.quote
        : "Step \(video.segments.count): smooth the sheet with both hands and fold it in thirds."
      size += segment.text.utf8.count + 12
      video.segments.append(segment)
    }
    query.videos = [video]
    let search = try Search(query, fallbackID: "")
    return KafkaProducerMessage(
      topic: Self.queries, key: search.key.bytes, value: try query.serializedBytes())
  }
}
