import HighlightsProtocol
import Kafka
import Logging
import Replay
import SwiftProtobuf
import Synchronization

/// What searches of the backfill lane cost while a replay runs, from their outcomes.
///
/// Outcomes do not name the replay: of two replays at a time each counts both.
final class BackfillSpend: Sendable {
  private let client: KafkaClientConfiguration
  private let topic: String
  private let total: Mutex<ReplaySpent?>

  /// - Parameter since: the job that is resumed, whose cost so far is added.
  init(client: KafkaClientConfiguration, topic: String, since: ReplayJobState?) {
    self.client = client
    self.topic = topic
    let before = since.flatMap { job in
      job.currency.isEmpty ? nil : ReplaySpent(micros: job.costMicros, currency: job.currency)
    }
    total = Mutex(before)
  }

  /// Nil as long as nothing was seen that costs.
  var spent: ReplaySpent? { total.withLock { $0 } }

  /// Follows the outcomes until cancelled. Without them a replay goes on, and its cost is not known.
  func follow() async {
    let logger = Logger(label: "replay")
    do {
      var reading = KafkaConsumerConfiguration(client: client, groupID: "highlights-replay")
      reading.offsetReset = .earliest
      let consumer = try KafkaConsumer(configuration: reading, logger: logger)
      await withTaskCancellationHandler {
        do { try await follow(consumer) } catch {
          logger.notice("the cost is not known: \(topic): \(error)")
        }
        await consumer.close()
      } onCancel: {
        Task { await consumer.close() }
      }
    } catch {
      logger.notice("the cost is not known: \(topic): \(error)")
    }
  }

  private func follow(_ consumer: KafkaConsumer) async throws {
    var ends: [(TopicPartition, KafkaOffset)] = []
    for number in 0..<(try await consumer.partitionCount(of: topic)) {
      let partition = TopicPartition(topic: topic, partition: number)
      ends.append((partition, .at(try await consumer.watermarks(of: partition).upperBound)))
    }
    try await consumer.assign(ends)
    for await event in consumer.events {
      guard case .messages(let batch) = event else { continue }
      for message in batch { count(message) }
    }
  }

  private func count(_ message: KafkaMessage) {
    guard
      let outcome = message.withValue({ try? Outcome(serializedBytes: [UInt8]($0)) }),
      outcome.lane == "backfill", outcome.usage.costMicros > 0
    else { return }
    total.withLock { total in
      let currency = outcome.usage.currency
      // What is in another currency cannot be added.
      guard total == nil || total?.currency == currency else { return }
      total = ReplaySpent(
        micros: (total?.micros ?? 0) &+ outcome.usage.costMicros, currency: currency)
    }
  }
}
