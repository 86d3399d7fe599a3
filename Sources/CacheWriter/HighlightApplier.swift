import Foundation
import HighlightStore
import HighlightsProtocol
import Kafka
import KafkaWorker
import Logging

/// The cache writer's work: brings batches of `search.highlights` into a store, in one transaction each,
/// before their offsets are committed.
///
/// When the store holds a newer highlight than a record that came later in the topic, the newer one is
/// published again, once, so that compaction keeps it too.
public struct HighlightApplier: WorkerHandler {
  private let store: any HighlightStore
  private let variant: String
  private let logger: Logger
  private let onApplied: @Sendable (Int) -> Void

  /// - Parameters:
  ///   - variant: the variant whose topic is read; empty for the default one.
  ///   - onApplied: called with the number of records that were taken from the topic.
  public init(
    store: any HighlightStore, variant: String = "", logger: Logger,
    onApplied: @escaping @Sendable (Int) -> Void = { _ in }
  ) {
    self.store = store
    self.variant = variant
    self.logger = logger
    self.onApplied = onApplied
  }

  public func handle(_ records: [KafkaRecord], _ context: WorkContext) async throws -> WorkResult {
    let readable = records.compactMap { record in read(record).map { (record, $0) } }
    let results: [ApplyResult]
    do {
      results = try await store.apply(readable.map(\.1), progress: progress(of: records))
    } catch {
      throw WorkFailure(.hold, reason: "store_unavailable", detail: "\(error)")
    }
    let winners = zip(readable, results).compactMap { pair, result in
      winner(over: pair.0, result)
    }
    onApplied(records.count)
    return WorkResult(publish: winners)
  }

  /// Nil for what no store could ever hold: it is said, and the topic goes on.
  private func read(_ record: KafkaRecord) -> HighlightRecord? {
    guard let value = record.value else { return nil }
    let position = RecordPosition(
      topic: record.partition.topic, partition: record.partition.partition, offset: record.offset)
    do {
      let highlight: Highlight = try MessageCodec().decode(
        from: value, contentType: record.headers.text(HeaderName.contentType))
      return try HighlightRecord(highlight, position: position, variant: variant)
    } catch {
      logger.error("skipped a record that is no highlight: \(position): \(error)")
      return nil
    }
  }

  private func progress(of records: [KafkaRecord]) -> [PartitionProgress] {
    let last = Dictionary(records.map { ($0.partition, $0.offset) }, uniquingKeysWith: max)
    return last.map { partition, offset in
      PartitionProgress(
        topic: partition.topic, partition: partition.partition, nextOffset: offset + 1)
    }
  }

  private func winner(over refused: KafkaRecord, _ result: ApplyResult) -> KafkaProducerMessage? {
    guard case .refused(let stored) = result else { return nil }
    let position = stored.version.position
    guard position.topic == refused.partition.topic,
      position.partition == refused.partition.partition, position.offset < refused.offset
    else { return nil }
    return KafkaProducerMessage(
      topic: position.topic, partition: position.partition, key: refused.key,
      value: Array(stored.payload),
      headers: [KafkaHeader(HeaderName.contentType, MessageFormat.protobuf.contentType)])
  }
}
