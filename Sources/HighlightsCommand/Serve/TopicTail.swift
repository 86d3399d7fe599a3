import Kafka
import Logging
import ServiceLifecycle

/// Reads topics from where they end when it begins, for as long as the process lives.
///
/// It joins no group and commits nothing: each process wants all of it.
struct TopicTail: Service {
  private let client: KafkaClientConfiguration
  private let topics: [String]
  private let group: String
  private let logger: Logger
  private let onRecord: @Sendable (KafkaRecord) -> Void
  private let start = Signal()

  /// - Parameters:
  ///   - group: what the brokers' logs call it.
  ///   - onRecord: called with one record after the other; must return soon.
  init(
    client: KafkaClientConfiguration, topics: [String], group: String, logger: Logger,
    onRecord: @escaping @Sendable (KafkaRecord) -> Void
  ) {
    self.client = client
    self.topics = topics
    self.group = group
    self.logger = logger
    self.onRecord = onRecord
  }

  /// Waits until whatever is published from now on will be read; at most so long.
  func started(within limit: Duration) async { await start.wait(atMost: limit) }

  /// Reads until shut down.
  ///
  /// - Throws: `KafkaError` for a configuration that is not allowed. A broker or a topic that is away is waited for.
  func run() async throws {
    var reading = KafkaConsumerConfiguration(client: client, groupID: group)
    // What retention deleted meanwhile tells nobody anything any more.
    reading.offsetReset = .latest
    let consumer = try KafkaConsumer(configuration: reading, logger: logger)
    await withGracefulShutdownHandler {
      await withTaskCancellationHandler {
        await follow(consumer)
        await consumer.close()
      } onCancel: {
        Task { await consumer.close() }
      }
    } onGracefulShutdown: {
      Task { await consumer.close() }
    }
    start.give()
  }

  private func follow(_ consumer: KafkaConsumer) async {
    guard await assign(consumer) else { return }
    start.give()
    for await event in consumer.events {
      switch event {
      case .messages(let batch):
        for message in batch { onRecord(message.copy()) }
      case .partitionFailed(let partition, let error): logger.warning("\(partition): \(error)")
      case .failed(let error, _): logger.warning("\(error)")
      case .assigned, .revoked: break
      }
    }
  }

  /// False once the consumer is closed.
  private func assign(_ consumer: KafkaConsumer) async -> Bool {
    while true {
      do {
        var places: [(TopicPartition, KafkaOffset)] = []
        for topic in topics {
          for number in 0..<(try await consumer.partitionCount(of: topic)) {
            let partition = TopicPartition(topic: topic, partition: number)
            // Not `.end`: that is looked up later, and what is published until then would be missed.
            places.append((partition, .at(try await consumer.watermarks(of: partition).upperBound)))
          }
        }
        try await consumer.assign(places)
        return true
      } catch {
        if case .closed = error { return false }
        logger.warning("cannot be read yet; asking again: \(error)")
        do { try await Task.sleep(for: .seconds(1)) } catch { return false }
      }
    }
  }
}
