import Kafka
import Logging
import Synchronization

/// Reads given offsets of a topic from assignments by hand, beside any group, and ends.
///
/// What was deleted meanwhile is passed over. It waits for the broker as long as something comes now and then.
struct RangeReader: Sendable {
  let client: KafkaClientConfiguration
  let topic: String
  var batch = 2_000
  var stallAfter: Duration = .seconds(60)
  var logger = Logger(label: "replay")

  /// Hands over the messages of the ranges, those of a partition in the order of their offsets.
  ///
  /// - Parameter body: is given some messages at a time, in the order in which they came.
  /// - Throws: ``ReplayError``, what `body` throws, or `CancellationError`.
  func read(
    _ ranges: [Int32: Range<Int64>], _ body: ([KafkaMessage]) async throws -> Void
  ) async throws {
    let wanted = ranges.filter { !$0.value.isEmpty }
    guard !wanted.isEmpty else { return }
    let consumer = try consumer()
    let reading = Reading(wanted)
    try await withTaskCancellationHandler {
      let result: Result<Void, any Error>
      do {
        try await consumer.assign(
          wanted.map { (TopicPartition(topic: topic, partition: $0), .at($1.lowerBound)) })
        try await withThrowingTaskGroup(of: Void.self) { group in
          group.addTask { await watch(reading, consumer) }
          defer { group.cancelAll() }
          try await follow(reading, consumer, body)
        }
        result = .success(())
      } catch {
        result = .failure(error)
      }
      await consumer.close()
      try Task.checkCancellation()
      do { try result.get() } catch let error as KafkaError { throw ReplayError.kafka(error) }
    } onCancel: {
      Task { await consumer.close() }
    }
  }

  private func consumer() throws(ReplayError) -> KafkaConsumer {
    var configuration = KafkaConsumerConfiguration(
      client: client.impatient, groupID: "highlights-replay")
    configuration.offsetReset = .earliest
    configuration.batchLimit = batch
    configuration.bufferedBatches = 2
    // Whoever publishes slowly takes messages seldom; no group waits for it.
    configuration.maxPollInterval = .seconds(86_400)
    do { return try KafkaConsumer(configuration: configuration, logger: logger) } catch {
      throw .kafka(error)
    }
  }

  private func follow(
    _ reading: Reading, _ consumer: KafkaConsumer, _ body: ([KafkaMessage]) async throws -> Void
  ) async throws {
    var left = reading.left
    while !left.isEmpty {
      reading.waits(true)
      guard let event = await consumer.next() else { break }
      switch event {
      case .messages(let messages):
        // What comes beside messages does not end the wait.
        reading.waits(false)
        var wanted: [KafkaMessage] = []
        wanted.reserveCapacity(messages.count)
        var ended: [Int32] = []
        for message in messages {
          let (partition, offset) = (message.partitionNumber, message.offset)
          guard let range = left[partition], offset >= range.lowerBound else { continue }
          if offset < range.upperBound { wanted.append(message) }
          if offset + 1 >= range.upperBound {
            left[partition] = nil
            ended.append(partition)
          } else {
            left[partition] = offset + 1..<range.upperBound
          }
        }
        reading.update(left)
        if !wanted.isEmpty { try await body(wanted) }
        if !ended.isEmpty {
          consumer.pause(ended.map { TopicPartition(topic: topic, partition: $0) })
        }
      case .partitionFailed(_, let error), .failed(let error, fatal: true): throw error
      case .failed(let error, fatal: false): logger.warning("\(topic): \(error)")
      case .assigned, .revoked: break
      }
    }
    try Task.checkCancellation()
    // The watch closes the consumer where all that was left is deleted, and where nothing comes.
    left = reading.left
    if !left.isEmpty {
      throw ReplayError.stalled(topic: topic, partitions: Array(left.keys), after: stallAfter)
    }
  }

  /// While nothing comes, looks once a second whether what is waited for was deleted, and ends it after a while.
  private func watch(_ reading: Reading, _ consumer: KafkaConsumer) async {
    while (try? await Task.sleep(for: .seconds(1))) != nil {
      guard let since = reading.waitingSince, since + .seconds(1) <= .now else { continue }
      for partition in reading.left.keys {
        let place = TopicPartition(topic: topic, partition: partition)
        guard let log = try? await consumer.watermarks(of: place, timeout: .seconds(5)) else {
          break
        }
        reading.deleted(partition, before: log.lowerBound)
      }
      if reading.left.isEmpty || since + stallAfter <= .now { return await consumer.close() }
    }
  }

  /// What is still to be read. Its reader and its watch share it.
  private final class Reading: Sendable {
    private struct State {
      var left: [Int32: Range<Int64>]
      var waitingSince: ContinuousClock.Instant?
    }

    private let state: Mutex<State>

    init(_ ranges: [Int32: Range<Int64>]) { state = Mutex(State(left: ranges)) }

    var left: [Int32: Range<Int64>] { state.withLock { $0.left } }
    var waitingSince: ContinuousClock.Instant? { state.withLock { $0.waitingSince } }

    func waits(_ isWaiting: Bool) {
      state.withLock { $0.waitingSince = isWaiting ? $0.waitingSince ?? .now : nil }
    }

    func update(_ left: [Int32: Range<Int64>]) { state.withLock { $0.left = left } }

    func deleted(_ partition: Int32, before offset: Int64) {
      state.withLock { state in
        guard state.waitingSince != nil, let range = state.left[partition],
          offset >= range.upperBound
        else { return }
        state.left[partition] = nil
      }
    }
  }
}

extension KafkaClientConfiguration {
  /// With a shorter time limit for the broker's answers, where none is set: librdkafka's is a minute, for which
  /// closing waits too.
  var impatient: Self {
    var client = self
    if client.properties["socket.timeout.ms"] == nil {
      client.properties["socket.timeout.ms"] = "10000"
    }
    return client
  }
}
