import Foundation
import Highlights
import HighlightsProtocol
import Kafka
import Logging
import SwiftProtobuf
import TestSupport

@testable import Replay

let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

/// An embedded broker with the topics of a replay, and clients for it.
struct ReplayFixture: Sendable {
  static let partitions: Int32 = 3

  let client: KafkaClientConfiguration
  let producer: KafkaProducer
  let log: ReplayJobLog

  static func run(_ body: (ReplayFixture) async throws -> Void) async throws {
    let kafka = try EmbeddedKafka(logger: quiet)
    defer { kafka.shutdown() }
    try kafka.createTopic("control", partitions: 2)
    for topic in ["queries", "backfill", "dead", "highlights"] {
      try kafka.createTopic(topic, partitions: partitions)
    }
    var configuration = KafkaProducerConfiguration(client: kafka.clientConfiguration)
    configuration.linger = .zero
    let producer = try KafkaProducer(configuration: configuration, logger: quiet)
    let fixture = ReplayFixture(
      client: kafka.clientConfiguration, producer: producer,
      log: ReplayJobLog(
        client: kafka.clientConfiguration, producer: producer, topic: "control", logger: quiet))
    let result: Result<Void, any Error>
    do { result = .success(try await body(fixture)) } catch { result = .failure(error) }
    await producer.shutdown(timeout: .seconds(5))
    try result.get()
  }

  func runner(patience: Duration = .seconds(30)) -> ReplayRun {
    ReplayRun(
      client: client, producer: producer, log: log, lagGroup: "workers.owned", patience: patience,
      logger: quiet)
  }

  /// What stands in a topic, by partition and offset.
  func read(_ topic: String) async throws -> [KafkaRecord] {
    var records: [KafkaRecord] = []
    let ranges = try await TopicRanges(client: client, logger: quiet).whole(topic)
    try await RangeReader(client: client, topic: topic, logger: quiet).read(ranges) { messages in
      records += messages.map { $0.copy() }
    }
    return records.sorted {
      ($0.partition.partition, $0.offset) < ($1.partition.partition, $1.offset)
    }
  }

  func count(_ topic: String) async throws -> Int {
    try await TopicRanges(client: client, logger: quiet).whole(topic).values
      .reduce(0) { $0 + $1.count }
  }

  func send(_ messages: [KafkaProducerMessage]) async throws { try await producer.send(messages) }
}

/// A request of what stands in `queries`, for `backfill`.
func request(_ change: (inout ReplaySpec) -> Void = { _ in }) -> ReplayRequest {
  var spec = ReplaySpec()
  spec.source = .queries
  spec.topic = "queries"
  spec.target = "backfill"
  spec.factTopic = "highlights"
  change(&spec)
  return ReplayRequest(spec: spec, actor: "ada")
}

func key(_ number: Int) -> String {
  let digits = String(number, radix: 16)
  return String(repeating: "0", count: 32 - digits.count) + digits
}

/// A search under a key that need not be its own.
func search(
  _ number: Int, text: String = "noodles", locale: String = "en", version: Int = 0,
  at time: Int64? = nil, topic: String = "queries", headers: [KafkaHeader] = []
) throws -> KafkaProducerMessage {
  var query = SearchQuery()
  query.queryID = "\(number)/\(version)"
  query.text = text
  query.locale = locale
  return KafkaProducerMessage(
    topic: topic, key: Array(key(number).utf8), value: try query.serializedBytes(),
    headers: headers, timestamp: time)
}

func highlight(
  _ number: Int, _ status: Highlight.Status = .answered, prompt: String = "p1",
  model: String = "m1", at seconds: Int64
) throws -> KafkaProducerMessage {
  var highlight = Highlight()
  highlight.key = key(number)
  highlight.status = status
  highlight.queryText = "noodles"
  highlight.locale = "en"
  highlight.generatedAt = Google_Protobuf_Timestamp(seconds: seconds)
  highlight.provenance.promptVersion = prompt
  highlight.provenance.modelServed = model
  return KafkaProducerMessage(
    topic: "highlights", key: Array(key(number).utf8), value: try highlight.serializedBytes())
}

func ids(_ records: [KafkaRecord]) throws -> [String] {
  try records.map { try SearchQuery(serializedBytes: $0.value ?? []).queryID }.sorted()
}
