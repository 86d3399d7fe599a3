import DeadLetters
import Foundation
import HighlightsProtocol
import Kafka
import KafkaWorker
import Logging
import SwiftProtobuf
import TestSupport

let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

/// Headers as a worker writes them on a dead letter.
func burial(
  topic: String = "q", partition: Int32 = 0, offset: Int64 = 0, timestamp: Int64 = 1_000,
  reason: String = "authentication", attempts: Int32 = 5
) -> [KafkaHeader] {
  func bytes(_ number: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: number.bigEndian) { Array($0) }
  }
  return [
    KafkaHeader(DeadLetter.originalTopic, topic),
    KafkaHeader(DeadLetter.originalPartition, bytes(partition)),
    KafkaHeader(DeadLetter.originalOffset, bytes(offset)),
    KafkaHeader(DeadLetter.originalTimestamp, bytes(timestamp)),
    KafkaHeader(DeadLetter.originalGroup, "summarizer"),
    KafkaHeader(DeadLetter.exceptionName, reason),
    KafkaHeader(DeadLetter.exceptionMessage, "401: no such key"),
    KafkaHeader(DeadLetter.attempts, bytes(attempts)),
  ]
}

func query(_ text: String, _ fill: (inout SearchQuery) -> Void = { _ in }) -> [UInt8] {
  var query = SearchQuery()
  query.queryID = "id-\(text)"
  query.text = text
  fill(&query)
  // Binary protobuf of a message without required fields is always written.
  return try! query.serializedBytes()
}

func letter(
  _ text: String, partition: Int32 = 0, offset: Int64 = 0, timestamp: Int64? = 5_000,
  headers: [KafkaHeader] = burial()
) -> Letter {
  Letter(
    KafkaRecord(
      partition: TopicPartition(topic: "q.dead", partition: partition), offset: offset,
      timestamp: timestamp, key: Array(text.utf8), value: query(text), headers: headers))
}

/// A broker with the topics that a redrive needs.
struct Bench: Sendable {
  let client: KafkaClientConfiguration

  static func run(_ body: (Bench) async throws -> Void) async throws {
    try await NoidaBroker.run { broker in
      let bench = Bench(
        client: KafkaClientConfiguration(bootstrapServers: [broker.bootstrapServers]))
      try await bench.withAdmin { admin in
        let topics: [String: Int32] = [
          "q": 3, "q.backfill": 3, "q.dead": 3, "h": 3, "control": 1,
        ]
        _ = try await admin.createTopics(
          topics.map { KafkaNewTopic(name: $0.key, partitions: $0.value, replication: 1) })
      }
      try await body(bench)
    }
  }

  func withAdmin<T>(_ body: (KafkaAdmin) async throws -> T) async throws -> T {
    let admin = try KafkaAdmin(configuration: client, logger: quiet)
    do {
      let result = try await body(admin)
      await admin.close()
      return result
    } catch {
      await admin.close()
      throw error
    }
  }

  var topic: DeadLetterTopic {
    DeadLetterTopic(client: client, topic: "q.dead", control: "control")
  }

  func redrive(
    now: Int64? = nil, _ change: (inout Redrive.Settings) -> Void = { _ in }
  ) -> Redrive {
    var settings = Redrive.Settings(
      client: client, producer: KafkaProducerConfiguration(client: client), topic: "q.dead",
      control: "control", targets: ["q", "q.backfill"],
      highlightsTopic: { $0 == "v2" ? "h.v2" : "h" }, highlightKey: { Array($0.text.utf8) })
    settings.actor = "tester"
    change(&settings)
    guard let now else { return Redrive(settings: settings, logger: quiet) }
    return Redrive(settings: settings, logger: quiet) { UnixTime(milliseconds: now) }
  }

  @discardableResult
  func publish(_ messages: [KafkaProducerMessage]) async throws -> [KafkaRecordMetadata] {
    let producer = try KafkaProducer(configuration: .init(client: client), logger: quiet)
    let results = try await producer.enqueue(messages).results
    await producer.shutdown()
    return try results.map { try $0.get() }
  }

  /// Publishes dead letters, spread over the partitions in turn.
  @discardableResult
  func bury(
    _ texts: [String], headers: (String) -> [KafkaHeader] = { _ in burial() }
  ) async throws -> [KafkaRecordMetadata] {
    try await publish(
      texts.enumerated().map { index, text in
        KafkaProducerMessage(
          topic: "q.dead", partition: Int32(index % 3), key: Array(text.utf8), value: query(text),
          headers: headers(text))
      })
  }

  /// Everything that stands in a topic now.
  func everything(in topic: String, partitions: Int32 = 3) async throws -> [KafkaRecord] {
    let consumer = try KafkaConsumer(
      configuration: .init(client: client, groupID: "reader"), logger: quiet)
    let places = (0..<partitions).map { TopicPartition(topic: topic, partition: $0) }
    let records = try await within(.seconds(30), "reading \(topic)") {
      var left: [TopicPartition: Int64] = [:]
      for place in places {
        let log = try await consumer.watermarks(of: place)
        if !log.isEmpty { left[place] = log.upperBound - 1 }
      }
      try await consumer.assign(places.map { ($0, .beginning) })
      var records: [KafkaRecord] = []
      while !left.isEmpty, let event = await consumer.next() {
        guard case .messages(let batch) = event else { continue }
        for message in batch {
          records.append(message.copy())
          if left[message.partition] == message.offset { left[message.partition] = nil }
        }
      }
      return records
    }
    await consumer.close()
    return records
  }
}

extension KafkaRecord {
  var search: SearchQuery? { try? SearchQuery(serializedBytes: value ?? []) }
}
