import Foundation
import HighlightStore
import HighlightsProtocol
import Kafka
import KafkaWorker
import SwiftProtobuf
import TestSupport

@testable import CacheWriter

/// An embedded broker with the topics of two variants.
struct CacheBench: Sendable {
  static let group = "cache"

  let kafka: EmbeddedKafka
  let producer: KafkaProducer

  static func run(
    partitions: Int32 = 3, _ body: (CacheBench) async throws -> Void
  ) async throws {
    let kafka = try EmbeddedKafka(logger: quiet)
    defer { kafka.shutdown() }
    for topic in variants.keys { try kafka.createTopic(topic, partitions: partitions) }
    let producer = try KafkaProducer(
      configuration: .init(client: kafka.clientConfiguration), logger: quiet)
    let result: Result<Void, any Error>
    do { result = .success(try await body(CacheBench(kafka: kafka, producer: producer))) } catch {
      result = .failure(error)
    }
    await producer.shutdown(timeout: .seconds(5))
    try result.get()
  }

  /// Records of few keys in both topics: old ones behind new ones, withdrawals, what lifts them, and junk.
  func publishRandomRecords(_ count: Int, seed: UInt64) async throws {
    var generator = SeededGenerator(seed: seed)
    let messages = try (0..<count).map { index in
      let key = "k\(generator.below(60))"
      let epoch = UInt32(generator.oneIn(9) ? generator.below(4) : 0)
      let highlight = makeHighlight(
        key, at: Int64(generator.below(500)),
        status: epoch.isMultiple(of: 2) ? .answered : .withdrawn, epoch: epoch, text: "\(index)",
        citing: ["v\(generator.below(30))", "v\(generator.below(30))"])
      let isJunk = generator.oneIn(40)
      return KafkaProducerMessage(
        topic: generator.oneIn(3) ? "search.highlights.b" : mainTopic, key: Array(key.utf8),
        value: isJunk ? [0xFF, 0xFF] : try highlight.serializedBytes())
    }
    try await producer.send(messages)
  }

  /// Highlights of 600 KB, one message set each.
  func publishLarge(_ count: Int) async throws {
    for index in 0..<count {
      let highlight = makeHighlight(
        "large\(index)", at: 1, status: .answered, text: String(repeating: "x", count: 600_000))
      try await producer.send([
        KafkaProducerMessage(
          topic: mainTopic, partition: 0, key: Array("large".utf8),
          value: try highlight.serializedBytes())
      ])
    }
  }

  @discardableResult
  func rebuild(
    _ store: any HighlightStore, start: StoreRebuild.Start = .beginning,
    partitions: Set<TopicPartition>? = nil, batch: Int = 500, stallAfter: Duration = .seconds(30),
    onProgress: @escaping @Sendable (RebuildProgress) -> Void = { _ in }
  ) async throws -> RebuildProgress {
    try await StoreRebuild(
      store: store, client: kafka.clientConfiguration, variants: variants, start: start,
      partitions: partitions, batch: batch, stallAfter: stallAfter, logger: quiet,
      onProgress: onProgress
    ).run()
  }

  /// Runs a cache writer until its group has committed all that the topics hold.
  func writeLive(to store: any HighlightStore) async throws {
    var consumer = KafkaConsumerConfiguration(
      client: kafka.clientConfiguration, groupID: Self.group)
    consumer.sessionTimeout = .seconds(6)
    var configuration = KafkaWorkerConfiguration.cacheWriter(
      consumer: consumer, topics: variants.keys.sorted(), batch: 50)
    configuration.commitInterval = .milliseconds(100)
    configuration.drainTimeout = .seconds(20)
    let worker = try CacheWriter(
      configuration: configuration,
      handler: HighlightApplier(store: store, variants: variants, logger: quiet),
      producer: producer, logger: quiet)
    let running = Task { try await worker.run() }
    // What is committed was published before, so once that is the end nothing more comes.
    try await poll("the group to commit all", limit: .seconds(60)) { try await hasCommittedAll() }
    running.cancel()
    try? await running.value
  }

  private func hasCommittedAll() async throws -> Bool {
    try await TopicLogs.with(kafka.clientConfiguration, logger: quiet) { logs in
      let committed = try await committed(logs.partitions(of: variants.keys))
      let held = try await logs.read(variants.keys)
      return committed.allSatisfy { ($0.offset ?? 0) == held[$0.partition]?.upperBound }
    }
  }

  func log(of partition: TopicPartition) async throws -> Range<Int64> {
    try await TopicLogs.with(kafka.clientConfiguration, logger: quiet) { logs in
      try await logs.read([partition.topic])[partition] ?? 0..<0
    }
  }

  private func committed(_ partitions: [TopicPartition]) async throws -> [CommittedOffset] {
    let consumer = try KafkaConsumer(
      configuration: KafkaConsumerConfiguration(
        client: kafka.clientConfiguration, groupID: Self.group), logger: quiet)
    do {
      let offsets = try await consumer.committed(partitions)
      await consumer.close()
      return offsets
    } catch {
      await consumer.close()
      throw error
    }
  }
}
