import Kafka
import Logging

/// Keeps what the readers of a topic have not completed below a bound.
///
/// It asks once a second what the group has committed, and counts what was published since as not completed.
final class LagGate {
  private let consumer: KafkaConsumer
  private let topic: String
  private let limit: Int
  private let logger: Logger
  private var credit = 0
  private var asked: ContinuousClock.Instant?
  private var partitions: [TopicPartition] = []

  /// - Parameter group: the one that commits for the topic's readers; it is not joined.
  init(
    client: KafkaClientConfiguration, topic: String, group: String, limit: Int, logger: Logger
  ) throws(KafkaError) {
    consumer = try KafkaConsumer(
      configuration: .init(client: client.impatient, groupID: group), logger: logger)
    self.topic = topic
    self.limit = limit
    self.logger = logger
  }

  /// How many may be published now.
  func room() async -> Int {
    if credit == 0, asked.map({ .now - $0 >= .seconds(1) }) ?? true {
      asked = .now
      do { credit = max(0, limit - (try await lag())) } catch {
        // As long as nobody says how far the readers are, nothing is published.
        logger.warning("the lag of \(topic) is not known: \(error)")
      }
    }
    return credit
  }

  /// Counts some as published.
  func use(_ count: Int) { credit = max(0, credit - count) }

  private func lag() async throws(KafkaError) -> Int {
    if partitions.isEmpty {
      partitions = (0..<(try await consumer.partitionCount(of: topic))).map {
        TopicPartition(topic: topic, partition: $0)
      }
    }
    var lag: Int64 = 0
    for committed in try await consumer.committed(partitions) {
      let log = try await consumer.watermarks(of: committed.partition)
      // What retention deleted is not waited for.
      lag += max(0, log.upperBound - max(committed.offset ?? log.lowerBound, log.lowerBound))
    }
    return Int(lag)
  }

  func close() async { await consumer.close() }
}
