import Foundation
import HighlightStore
import HighlightsProtocol
import Kafka
import KafkaWorker
import Logging

/// The cache writer's work: brings batches of highlights topics into a store, before their offsets are committed.
///
/// Of each key of a batch the newest highlight alone is written. When that, or what the store holds, is newer than a
/// record that came later in the topic, the newer one is published again, once, so that compaction keeps it too.
public struct HighlightApplier: WorkerHandler {
  private let store: any HighlightStore
  private let reader: HighlightReader
  private let onApplied: @Sendable (Int) -> Void
  private let onProgress: @Sendable ([PartitionProgress]) -> Void

  /// - Parameters:
  ///   - variants: the variant of each topic that is read; the default one's is empty.
  ///   - onApplied: called with the number of records that were taken from a topic.
  ///   - onProgress: called with how far the store has applied partitions, such as for `CacheReadiness`.
  public init(
    store: any HighlightStore, variants: [String: String], logger: Logger,
    onApplied: @escaping @Sendable (Int) -> Void = { _ in },
    onProgress: @escaping @Sendable ([PartitionProgress]) -> Void = { _ in }
  ) {
    self.store = store
    self.reader = HighlightReader(variants: variants, logger: logger)
    self.onApplied = onApplied
    self.onProgress = onProgress
  }

  public func handle(_ records: [KafkaRecord], _ context: WorkContext) async throws -> WorkResult {
    var batch = NewestRecords()
    do {
      for record in records {
        if let highlight = try reader.read(record) { batch.add(highlight, from: record) }
      }
    } catch {
      throw WorkFailure(.hold, reason: "unknown_topic", detail: "\(error)")
    }
    let progress = progress(of: records)
    let results: [ApplyResult]
    do {
      results = try await store.apply(batch.entries.map(\.newest), progress: progress)
    } catch {
      throw WorkFailure(.hold, reason: Self.reason(of: error), detail: "\(error)")
    }
    onProgress(progress)
    onApplied(records.count)
    return WorkResult(publish: zip(batch.entries, results).compactMap { $0.republished($1) })
  }

  private func progress(of records: [KafkaRecord]) -> [PartitionProgress] {
    let last = Dictionary(records.map { ($0.partition, $0.offset) }, uniquingKeysWith: max)
    return last.map { PartitionProgress($0, nextOffset: $1 + 1) }
  }

  /// A stable word for what an operator must see to, and one for what passes.
  private static func reason(of error: any Error) -> String {
    switch (error as? StoreError)?.reason {
    case .corrupt: "store_corrupt"
    case .diskFull: "store_disk_full"
    case .memoryFull: "store_memory_full"
    case .permission, .accessDenied: "store_access_denied"
    case .newerSchema, .olderSchema: "store_schema"
    default: "store_unavailable"
    }
  }
}

extension KafkaHeader {
  static let protobuf = KafkaHeader(HeaderName.contentType, MessageFormat.protobuf.contentType)
}

extension PartitionProgress {
  init(_ partition: TopicPartition, nextOffset: Int64) {
    self.init(topic: partition.topic, partition: partition.partition, nextOffset: nextOffset)
  }
}
