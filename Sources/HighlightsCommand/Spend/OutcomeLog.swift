import HighlightsProtocol
import Kafka
import Logging
import SwiftProtobuf
import Synchronization

/// Reads the outcomes that stand in the topic now, and ends.
struct OutcomeLog {
  let client: KafkaClientConfiguration
  let topic: String
  /// Without anything read for so long it fails instead of waiting on.
  var patience: Duration = .seconds(30)

  /// Hands over every outcome from `since` on up to the end as it is at the start.
  ///
  /// - Parameter since: nothing means from the oldest that is still there.
  /// - Returns: how many records could not be read as outcomes.
  /// - Throws: `KafkaError` when brokers or topic are not there, ``OutcomeLogError`` when they stop answering.
  func read(since: UnixTime?, _ body: (Outcome) -> Void) async throws -> Int {
    let ranges = try await ranges(since: since)
    guard !ranges.isEmpty else { return 0 }
    var reading = KafkaConsumerConfiguration(client: client, groupID: "highlights-spend")
    // Read by hand and never committed. What retention deletes meanwhile is passed over.
    reading.offsetReset = .earliest
    let consumer = try KafkaConsumer(configuration: reading, logger: Logger(label: "spend"))
    let progress = Progress()
    do {
      try await consumer.assign(ranges.map { ($0.key, .at($0.value.lowerBound)) })
      let unreadable = try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask { await self.watch(progress, consumer) }
        defer { tasks.cancelAll() }
        return try await follow(consumer, ranges, progress, since, body)
      }
      await consumer.close()
      return unreadable
    } catch {
      await consumer.close()
      throw error
    }
  }

  /// From where to where each partition is read; those with nothing to read are left out.
  private func ranges(since: UnixTime?) async throws -> [TopicPartition: Range<Int64>] {
    let admin = try KafkaAdmin(configuration: client, logger: Logger(label: "spend"))
    do {
      let ranges = try await ranges(since: since, admin)
      await admin.close()
      return ranges
    } catch {
      await admin.close()
      throw error
    }
  }

  private func ranges(
    since: UnixTime?, _ admin: KafkaAdmin
  ) async throws -> [TopicPartition: Range<Int64>] {
    guard let found = try await admin.describeTopics([topic])[topic] else {
      throw OutcomeLogError.noTopic(topic)
    }
    let partitions = found.partitions.map {
      TopicPartition(topic: topic, partition: $0.id)
    }
    let ends = try await admin.listOffsets(of: partitions, .latest)
    let begins = try await admin.listOffsets(
      of: partitions, since.map { .atOrAfter($0.milliseconds) } ?? .earliest)
    return ends.reduce(into: [:]) { ranges, end in
      guard let begin = begins[end.key], begin < end.value else { return }
      ranges[end.key] = begin..<end.value
    }
  }

  private func follow(
    _ consumer: KafkaConsumer, _ ranges: [TopicPartition: Range<Int64>],
    _ progress: Progress, _ since: UnixTime?,
    _ body: (Outcome) -> Void
  ) async throws -> Int {
    var (left, unreadable) = (ranges, 0)
    while !left.isEmpty, let event = await consumer.next() {
      switch event {
      case .messages(let batch):
        progress.made()
        for message in batch {
          guard let range = left[message.partition] else { continue }
          if message.offset + 1 >= range.upperBound { left[message.partition] = nil }
          guard range.contains(message.offset) else { continue }
          guard let outcome = try? Outcome(serializedBytes: message.value ?? []) else {
            unreadable += 1
            continue
          }
          // The offset asked for by time is that of the record, which is written a moment after.
          if let since, outcome.hasEndedAt, UnixTime(outcome.endedAt) < since { continue }
          body(outcome)
        }
      case .partitionFailed(_, let error), .failed(let error, fatal: true): throw error
      case .failed(_, fatal: false), .assigned, .revoked: break
      }
    }
    guard let stuck = left.keys.min(by: { $0.partition < $1.partition }) else { return unreadable }
    throw OutcomeLogError.stuck(stuck, patience)
  }

  /// Ends the reading by closing the consumer once nothing has come for too long.
  private func watch(_ progress: Progress, _ consumer: KafkaConsumer) async {
    while true {
      let idle = progress.idle
      guard idle < patience else { return await consumer.close() }
      do { try await Task.sleep(for: patience - idle) } catch { return }
    }
  }
}

/// When something was read last.
private final class Progress: Sendable {
  private let last = Mutex(ContinuousClock.now)

  func made() { last.withLock { $0 = .now } }

  var idle: Duration { last.withLock { .now - $0 } }
}

/// Why the outcomes could not be read to their end.
enum OutcomeLogError: Error, CustomStringConvertible {
  case noTopic(String)
  case stuck(TopicPartition, Duration)

  var description: String {
    switch self {
    case .noTopic(let topic):
      "topic \(topic) is not there (kafka.topics.outcomes); create it: highlights topics apply"
    case .stuck(let partition, let duration): "nothing came from \(partition) for \(duration)"
    }
  }
}
