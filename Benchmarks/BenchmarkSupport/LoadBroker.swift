import Kafka
import TestSupport

/// A noida-db broker with what a load needs of it.
public struct LoadBroker: Sendable {
  public let address: String
  private let admin: KafkaAdmin

  public var client: KafkaClientConfiguration {
    KafkaClientConfiguration(bootstrapServers: [address], clientID: "benchmark")
  }

  /// Runs `body` with a broker of its own, and stops that whatever comes of it.
  public static func run<T>(_ body: (LoadBroker) async throws -> T) async throws -> T {
    guard NoidaBroker.isInstalled else { throw BenchmarkError(NoidaBroker.howToInstall) }
    return try await NoidaBroker.run { noida in
      let admin = try KafkaAdmin(
        configuration: KafkaClientConfiguration(bootstrapServers: [noida.bootstrapServers]))
      let result: Result<T, any Error>
      do {
        result = .success(
          try await body(LoadBroker(address: noida.bootstrapServers, admin: admin)))
      } catch {
        result = .failure(error)
      }
      await admin.close()
      return try result.get()
    }
  }

  public func createTopics(_ topics: [(name: String, partitions: Int32)]) async throws {
    let created = try await admin.createTopics(
      topics.map { KafkaNewTopic(name: $0.name, partitions: $0.partitions) })
    for result in created.values { if case .failed(let error) = result { throw error } }
  }

  /// Publishes messages, made a batch at a time, and returns once all are acknowledged.
  public func preload(_ count: Int, _ message: (Int) throws -> KafkaProducerMessage) async throws {
    try await withProducer { try await $0.send(0..<count, message) }
  }

  /// Runs `body` with a producer, and shuts that down whatever comes of it.
  public func withProducer<T>(_ body: (LoadProducer) async throws -> T) async throws -> T {
    let producer = try KafkaProducer(configuration: KafkaProducerConfiguration(client: client))
    let result: Result<T, any Error>
    do { result = .success(try await body(LoadProducer(producer: producer))) } catch {
      result = .failure(error)
    }
    await producer.shutdown()
    return try result.get()
  }

  /// Messages in a topic that was never cleaned.
  public func count(_ topic: String, partitions: Int32) async throws -> Int {
    let ends = try await admin.listOffsets(of: Self.partitions(of: topic, partitions), .latest)
    return Int(ends.values.reduce(0, +))
  }

  /// Messages that a group has yet to commit.
  public func lag(ofGroup group: String, _ topic: String, partitions: Int32) async throws -> Int {
    let all = Self.partitions(of: topic, partitions)
    let ends = try await admin.listOffsets(of: all, .latest)
    let committed = try await admin.committedOffsets(ofGroup: group, partitions: all)
    return Int(ends.values.reduce(0, +)) - Int(committed.reduce(0) { $0 + ($1.offset ?? 0) })
  }

  /// Gives each record of a topic to `body`, in the order of its partition.
  public func read(
    _ topic: String, partitions: Int32, _ body: (KafkaMessage) throws -> Void
  ) async throws {
    var left = try await admin.listOffsets(of: Self.partitions(of: topic, partitions), .latest)
      .filter { $0.value > 0 }
    let consumer = try KafkaConsumer(
      configuration: KafkaConsumerConfiguration(client: client, groupID: "reader"))
    let result: Result<Void, any Error>
    do {
      try await consumer.assign(left.keys.map { ($0, .beginning) })
      while !left.isEmpty, let event = await consumer.next() {
        switch event {
        case .messages(let batch):
          for message in batch {
            try body(message)
            if let end = left[message.partition], message.offset + 1 >= end {
              left[message.partition] = nil
            }
          }
        case .partitionFailed(_, let error), .failed(let error, _): throw error
        case .assigned, .revoked: continue
        }
      }
      result = .success(())
    } catch {
      result = .failure(error)
    }
    await consumer.close()
    try result.get()
  }

  private static func partitions(of topic: String, _ count: Int32) -> [TopicPartition] {
    (0..<count).map { TopicPartition(topic: topic, partition: $0) }
  }
}

/// Publishes numbered messages.
public struct LoadProducer: Sendable {
  let producer: KafkaProducer

  /// Makes and publishes messages a batch at a time; returns once all are acknowledged.
  public func send(
    _ numbers: Range<Int>, _ message: (Int) throws -> KafkaProducerMessage
  ) async throws {
    for start in stride(from: numbers.lowerBound, to: numbers.upperBound, by: 1_000) {
      try await producer.send((start..<min(start + 1_000, numbers.upperBound)).map(message))
    }
  }
}
