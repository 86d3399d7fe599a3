import HighlightStore
import Kafka
import Logging

/// Brings into a store what its topics held when it began, and ends.
///
/// It reads from assignments by hand, beside any group, and publishes nothing: what law 6 asks to be published again
/// was published by whoever read the topic live. Applying a record twice changes nothing, so it may run into a store
/// that is not empty, and beside a cache writer. Ended anywhere, it leaves a store that says how far it came: run from
/// what is applied, it goes on.
///
/// A cache writer must not begin on a store that is behind what its group committed: its first batch would say of the
/// partition that all before it is applied. See ``behind(store:committed:)``.
public struct StoreRebuild: Sendable {
  public enum Start: Sendable, Hashable {
    /// The oldest record that is still there.
    case beginning
    /// What the store says it has applied; the beginning where that is nothing, or beyond the end of the log, which
    /// is another one then.
    case applied
  }

  private let store: any HighlightStore
  private let client: KafkaClientConfiguration
  private let reader: HighlightReader
  private let start: Start
  private let partitions: Set<TopicPartition>?
  private let batch: Int
  private let stallAfter: Duration
  private let onProgress: @Sendable (RebuildProgress) -> Void

  /// - Parameters:
  ///   - variants: the variant of each topic to read; the default one's is empty.
  ///   - partitions: the ones to read; nil for all of the topics'.
  ///   - batch: at most that many records are applied at once. A few times as many are in memory, and 16 MiB that
  ///     were fetched ahead.
  ///   - stallAfter: how long nothing may come from the broker.
  ///   - onProgress: called at the start, after each batch and at the end, one call after the other.
  public init(
    store: any HighlightStore, client: KafkaClientConfiguration, variants: [String: String],
    start: Start, partitions: Set<TopicPartition>? = nil, batch: Int = 500,
    stallAfter: Duration = .seconds(60), logger: Logger = Logger(label: "cache.rebuild"),
    onProgress: @escaping @Sendable (RebuildProgress) -> Void = { _ in }
  ) {
    self.store = store
    self.client = client
    self.reader = HighlightReader(variants: variants, logger: logger)
    self.start = start
    self.partitions = partitions
    self.batch = batch
    self.stallAfter = stallAfter
    self.onProgress = onProgress
  }

  /// Runs until everything is applied that the topics held when it began.
  ///
  /// - Throws: `RebuildError`, or `CancellationError`.
  @discardableResult
  public func run() async throws -> RebuildProgress {
    try await TopicLogs.with(client, logger: reader.logger) { logs in
      let consumer = try consumer()
      return try await withTaskCancellationHandler {
        do {
          let progress = try await rebuild(from: consumer, logs)
          await consumer.close()
          return progress
        } catch {
          await consumer.close()
          try Task.checkCancellation()
          throw error
        }
      } onCancel: {
        Task { await consumer.close() }
      }
    }
  }

  private func consumer() throws(RebuildError) -> KafkaConsumer {
    var configuration = KafkaConsumerConfiguration(
      client: client, groupID: "highlights-rebuild")
    // What retention deletes while it is being read is skipped.
    configuration.offsetReset = .earliest
    configuration.batchLimit = batch
    configuration.bufferedBatches = 2
    do { return try KafkaConsumer(configuration: configuration, logger: reader.logger) } catch {
      throw .kafka(error)
    }
  }

  private func rebuild(
    from consumer: KafkaConsumer, _ logs: TopicLogs
  ) async throws -> RebuildProgress {
    let held = try await logs.read(reader.variants.keys.sorted())
      .filter { partitions?.contains($0.key) ?? true }
    let reading = RebuildReading(try await spans(held))
    // A partition without anything to read is applied up to its end, be that because all of it was deleted.
    try await apply(NewestRecords(), of: reading)
    guard !reading.isDone else { return reading.progress }
    do {
      try await consumer.assign(reading.left.map { ($0, .at($1.applied)) })
    } catch {
      throw RebuildError.kafka(error)
    }
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await watch(reading, of: consumer, logs) }
      defer { group.cancelAll() }
      try await read(reading, from: consumer)
    }
    return reading.progress
  }

  /// From where to where each partition is read.
  private func spans(
    _ logs: [TopicPartition: Range<Int64>]
  ) async throws(RebuildError) -> [TopicPartition: Range<Int64>] {
    guard start == .applied else { return logs }
    var spans = logs
    for topic in Set(logs.keys.map(\.topic)) {
      let applied: [Int32: Int64]
      do { applied = try await store.appliedOffsets(topic: topic) } catch { throw .store(error) }
      for (partition, log) in logs where partition.topic == topic {
        guard let offset = applied[partition.partition], offset <= log.upperBound else { continue }
        spans[partition] = max(offset, log.lowerBound)..<log.upperBound
      }
    }
    return spans
  }

  private func read(_ reading: RebuildReading, from consumer: KafkaConsumer) async throws {
    while !reading.isDone {
      reading.waits(since: .now)
      guard let event = await consumer.next() else { break }
      switch event {
      case .messages(let messages):
        reading.waits(since: nil)
        var newest = NewestRecords()
        var ended: Set<TopicPartition> = []
        for message in messages {
          let place = reading.take(message.partition, message.offset)
          if place.isLast { ended.insert(message.partition) }
          guard place.isWanted else { continue }
          let record = message.copy()
          if let highlight = try reader.read(record) {
            newest.add(highlight, from: record)
          } else {
            reading.skip()
          }
        }
        try await apply(newest, of: reading)
        if !ended.isEmpty { consumer.pause(Array(ended)) }
      case .partitionFailed(_, let error), .failed(let error, fatal: true):
        throw RebuildError.kafka(error)
      case .failed(let error, fatal: false): reader.logger.warning("\(error)")
      case .assigned, .revoked: break
      }
    }
    // The watch closes the consumer where all that was left is deleted, and where nothing comes.
    if let stalled = reading.stalled { throw RebuildError.stalled(stalled, after: stallAfter) }
    try Task.checkCancellation()
    guard reading.isDone else { throw RebuildError.kafka(.closed("consumer")) }
    try await apply(NewestRecords(), of: reading)
  }

  private func apply(_ newest: NewestRecords, of reading: RebuildReading) async throws {
    do {
      _ = try await store.apply(newest.entries.map(\.newest), progress: reading.takeMoved())
    } catch {
      throw RebuildError.store(error)
    }
    onProgress(reading.progress)
  }

  /// While nothing comes, looks once a second whether what is waited for was deleted, and ends it after a while.
  private func watch(
    _ reading: RebuildReading, of consumer: KafkaConsumer, _ logs: TopicLogs
  ) async {
    while (try? await Task.sleep(for: .seconds(1))) != nil {
      guard let since = reading.waitingSince, since + .seconds(1) <= .now else { continue }
      let oldest = try? await logs.oldest(of: reading.left.keys)
      for (partition, offset) in oldest ?? [:] { reading.deleted(partition, before: offset) }
      if reading.isDone || reading.stalls(since: since, after: stallAfter, at: .now) {
        return await consumer.close()
      }
    }
  }
}
