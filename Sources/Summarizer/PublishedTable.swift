import DequeModule
import HighlightsProtocol
import Kafka
import Synchronization

/// What this worker published, by key: the nearest answer to "is there a fresh highlight already?" (law 10),
/// and what `generated_at` must exceed (law 6).
///
/// It speaks only of partitions held without a break: what others publish meanwhile is unknown, so a
/// partition that leaves takes its entries along.
public final class PublishedTable: Sendable {
  /// A highlight that was acknowledged by the broker.
  public struct Entry: Sendable, Hashable {
    public var generatedAt: UnixTime
    public var freshUntil: UnixTime

    public init(generatedAt: UnixTime, freshUntil: UnixTime) {
      self.generatedAt = generatedAt
      self.freshUntil = freshUntil
    }
  }

  /// Single flight and freshness are per key and variant.
  struct Key: Hashable, Sendable {
    var key: String
    var variant: String
  }

  private struct Shelf {
    var entries: [Key: Entry] = [:]
    var order: Deque<Key> = []
  }

  private let capacity: Int
  /// By the partition's number: a key stands on the same one in the topics of searches, backfills and retries, which
  /// have one owner.
  private let shelves = Mutex<[Int32: Shelf]>([:])

  /// - Parameter capacity: entries kept of one partition; the oldest go first.
  public init(capacity: Int = 20_000) { self.capacity = capacity }

  func entry(_ key: Key, of partition: TopicPartition) -> Entry? {
    shelves.withLock { $0[partition.partition]?.entries[key] }
  }

  func record(_ key: Key, _ entry: Entry, of partition: TopicPartition) {
    let number = partition.partition
    shelves.withLock { shelves in
      let isNew =
        shelves[number, default: Shelf()].entries.updateValue(entry, forKey: key) == nil
      guard isNew else { return }
      shelves[number]?.order.append(key)
      if let count = shelves[number]?.order.count, count > capacity,
        let oldest = shelves[number]?.order.popFirst()
      {
        shelves[number]?.entries[oldest] = nil
      }
    }
  }

  /// Drops what is known of partitions that are no longer this worker's.
  public func forget(_ partitions: [TopicPartition]) {
    shelves.withLock { shelves in
      for partition in partitions { shelves[partition.partition] = nil }
    }
  }
}
