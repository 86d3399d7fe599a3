import Kafka
import Logging
import Synchronization

/// Reads what stands in topics now, between offsets, once, and without a group's commits.
struct TopicScan: Sendable {
  let client: KafkaClientConfiguration
  /// Without anything read for so long it fails instead of waiting on.
  var patience: Duration = .seconds(30)
  var logger = Logger(label: "dead-letters")

  /// From where to where each partition of a topic reaches now; nil where there is no such topic.
  ///
  /// - Parameter since: milliseconds since 1970; nothing means from the oldest that is still there.
  func ranges(
    of topic: String, since: Int64? = nil
  ) async throws(KafkaError) -> [TopicPartition: Range<Int64>]? {
    try await withAdmin { admin throws(KafkaError) in
      guard let found = try await admin.describeTopics([topic])[topic], !found.partitions.isEmpty
      else { return nil }
      let partitions = found.partitions.map { TopicPartition(topic: topic, partition: $0.id) }
      let ends = try await admin.listOffsets(of: partitions, .latest)
      let begins = try await admin.listOffsets(of: partitions, .earliest)
      let firsts =
        if let since { try await admin.listOffsets(of: partitions, .atOrAfter(since)) } else {
          begins
        }
      return ends.reduce(into: [:]) { ranges, end in
        let begin = begins[end.key] ?? end.value
        // Without a message so new there is nothing to read.
        let first = max(begin, firsts[end.key] ?? end.value)
        ranges[end.key] = min(first, end.value)..<end.value
      }
    }
  }

  func withAdmin<T>(
    _ body: (KafkaAdmin) async throws(KafkaError) -> T
  ) async throws(KafkaError) -> T {
    let admin = try KafkaAdmin(configuration: client, logger: logger)
    let result: Result<T, KafkaError>
    do throws(KafkaError) { result = .success(try await body(admin)) } catch {
      result = .failure(error)
    }
    await admin.close()
    return try result.get()
  }

  /// Hands over the messages of these ranges, those of a partition in order, until `body` returns false.
  ///
  /// What retention deletes meanwhile is passed over.
  ///
  /// - Throws: `KafkaError`, ``DeadLetterError/stuck(_:_:)``, and what `body` throws.
  func read(
    _ ranges: [TopicPartition: Range<Int64>], _ body: (KafkaMessage) throws -> Bool
  ) async throws {
    let ranges = ranges.filter { !$0.value.isEmpty }
    guard !ranges.isEmpty else { return }
    var reading = KafkaConsumerConfiguration(client: client, groupID: "highlights-dead-letters")
    // Read by hand and never committed.
    reading.offsetReset = .earliest
    let consumer = try KafkaConsumer(configuration: reading, logger: logger)
    let progress = ReadingProgress()
    do {
      try await consumer.assign(ranges.map { ($0.key, .at($0.value.lowerBound)) })
      try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask { await watch(progress, consumer) }
        defer { tasks.cancelAll() }
        try await follow(consumer, ranges, progress, body)
      }
      await consumer.close()
    } catch {
      await consumer.close()
      throw error
    }
  }

  private func follow(
    _ consumer: KafkaConsumer, _ ranges: [TopicPartition: Range<Int64>],
    _ progress: ReadingProgress, _ body: (KafkaMessage) throws -> Bool
  ) async throws {
    var left = ranges
    while !left.isEmpty, let event = await consumer.next() {
      try Task.checkCancellation()
      switch event {
      case .messages(let batch):
        progress.made()
        for message in batch {
          guard let range = left[message.partition] else { continue }
          if message.offset + 1 >= range.upperBound { left[message.partition] = nil }
          guard range.contains(message.offset) else { continue }
          guard try body(message) else { return }
        }
      case .partitionFailed(_, let error), .failed(let error, fatal: true): throw error
      case .failed(_, fatal: false), .assigned, .revoked: break
      }
    }
    if let stuck = left.keys.min(by: { $0.partition < $1.partition }) {
      throw DeadLetterError.stuck(stuck, patience)
    }
  }

  /// Ends the reading by closing the consumer once nothing has come for too long, or nobody waits any more.
  private func watch(_ progress: ReadingProgress, _ consumer: KafkaConsumer) async {
    while true {
      let idle = progress.idle
      guard idle < patience else { return await consumer.close() }
      do { try await Task.sleep(for: patience - idle) } catch { return }
    }
  }
}

/// When something was read last.
private final class ReadingProgress: Sendable {
  private let last = Mutex(ContinuousClock.now)

  func made() { last.withLock { $0 = .now } }

  var idle: Duration { last.withLock { .now - $0 } }
}
