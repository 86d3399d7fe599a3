import HighlightStore
import Kafka
import Logging

/// A partition of which a store has applied less than its group committed: it is another store than before.
public struct PartitionBehind: Sendable, Hashable, CustomStringConvertible {
  public var partition: TopicPartition
  /// The next offset to apply; 0 where nothing was.
  public var applied: Int64
  public var committed: Int64

  public init(partition: TopicPartition, applied: Int64, committed: Int64) {
    self.partition = partition
    self.applied = applied
    self.committed = committed
  }

  public var description: String {
    "\(partition) is applied up to \(applied) of the \(committed) that are committed"
  }
}

extension StoreRebuild {
  /// The partitions to rebuild before a cache writer of the group begins on the store; in order.
  ///
  /// - Throws: what the store throws.
  public static func behind(
    store: any HighlightStore, committed: [CommittedOffset]
  ) async throws -> [PartitionBehind] {
    var found: [PartitionBehind] = []
    for (topic, offsets) in Dictionary(grouping: committed, by: \.partition.topic) {
      let applied = try await store.appliedOffsets(topic: topic)
      for offset in offsets {
        guard let committed = offset.offset else { continue }
        let next = applied[offset.partition.partition] ?? 0
        guard next < committed else { continue }
        found.append(
          PartitionBehind(partition: offset.partition, applied: next, committed: committed))
      }
    }
    return found.sorted {
      ($0.partition.topic, $0.partition.partition) < ($1.partition.topic, $1.partition.partition)
    }
  }

  /// The same, of what the group has committed for all partitions of the topics.
  ///
  /// - Throws: `RebuildError`.
  public static func behind(
    store: any HighlightStore, client: KafkaClientConfiguration, groupID: String,
    topics: some Sequence<String>
  ) async throws -> [PartitionBehind] {
    let logger = Logger(label: "cache.behind")
    let partitions = try await TopicLogs.with(client, logger: logger) {
      try await $0.partitions(of: topics)
    }
    let committed: [CommittedOffset]
    do {
      let consumer = try KafkaConsumer(
        configuration: KafkaConsumerConfiguration(client: client, groupID: groupID), logger: logger)
      let answer: Result<[CommittedOffset], KafkaError>
      do throws(KafkaError) { answer = .success(try await consumer.committed(partitions)) } catch {
        answer = .failure(error)
      }
      await consumer.close()
      committed = try answer.get()
    } catch {
      throw RebuildError.kafka(error)
    }
    do { return try await behind(store: store, committed: committed) } catch {
      throw RebuildError.store(error)
    }
  }
}
