import ArgumentParser
import Highlights
import HighlightsProtocol
import Kafka
import SwiftProtobuf

/// Everything that the processes of a run must agree on: searches of 2 KB, each of its own key, and one reply for all.
struct Workload: ParsableArguments {
  @Option(help: "Searches that are measured in each run.")
  var messages = 15_000

  static let inFlight = 1_000
  static let filesNeeded = inFlight + 500
  static let partitions: Int32 = 12
  static let queries = "search.queries"
  static let outcomes = "search.outcomes"
  static let highlights = "search.highlights"
  static let dead = "search.queries.dead"
  static let bufferPerPartition = 500
  static let prefetchBytes = 4 << 20
  /// Published ahead of the worker: what it keeps, what its client has read ahead, and what it takes between two looks.
  static let lead = Int(partitions) * bufferPerPartition + prefetchBytes / 2_000 + 2 * inFlight

  func validate() throws {
    guard (1_000...1_000_000).contains(messages) else {
      throw ValidationError("--messages \(messages): allowed 1000 to 1000000")
    }
  }

  private static let quote = "Tuck one corner into the other."

  /// An answer that verifies, whatever is asked.
  static let reply = """
    {"answerable": true, "sentences": [{"text": "\(quote)", \
    "citations": [{"segment": "v1#0", "quote": "\(quote)"}]}]}
    """

  static func message(_ number: Int) throws -> KafkaProducerMessage {
    var query = SearchQuery()
    query.queryID = "q-\(number)"
    query.text = "How to fold a fitted sheet, number \(number)"
    query.locale = "en-US"
    var video = Video()
    video.id = "v-1"
    video.title = "Folding sheets"
    video.creator = "linen"
    for step in 0..<20 {
      var segment = Segment()
      segment.startMs = UInt32(step) * 1_000
      segment.endMs = segment.startMs + 1_000
      segment.text =
        step == 0
        ? quote : "Step \(step): smooth the sheet with both hands and fold it in thirds."
      video.segments.append(segment)
    }
    query.videos = [video]
    let search = try Search(query, fallbackID: "")
    return KafkaProducerMessage(
      topic: queries, key: search.key.bytes, value: try query.serializedBytes())
  }
}
