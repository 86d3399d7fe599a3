import DequeModule
import Highlights
import HighlightsProtocol
import Kafka
import SwiftProtobuf
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
    /// The key's when it was published.
    var withdrawalEpoch: UInt32 = 0
    /// The videos that it cites and shows.
    var videos: [VideoTag] = []
    /// The message's bytes: kept small, and read again only once it is no longer fresh.
    fileprivate(set) var bytes: [UInt8] = []

    public init(generatedAt: UnixTime, freshUntil: UnixTime) {
      self.generatedAt = generatedAt
      self.freshUntil = freshUntil
    }

    init(_ highlight: Highlight) {
      self.init(
        generatedAt: UnixTime(highlight.generatedAt), freshUntil: UnixTime(highlight.freshUntil))
      withdrawalEpoch = highlight.withdrawalEpoch
      videos = highlight.citedVideoIDs.union(highlight.videos.map(\.id)).map(VideoTag.init)
      // Encoding fails for required fields of proto2 only.
      bytes = (try? highlight.serializedBytes()) ?? []
    }

    /// What was published; nil where there was no room to keep it.
    var highlight: Highlight? { bytes.isEmpty ? nil : try? Highlight(serializedBytes: bytes) }
  }

  /// Single flight and freshness are per key and variant.
  struct Key: Hashable, Sendable {
    var key: String
    var variant: String
  }

  private struct Shelf {
    var entries: [Key: Entry] = [:]
    var order: Deque<Key> = []
    /// Of the entries' highlights.
    var bytes = 0
    /// Keys whose highlights are kept, the first kept first.
    var kept: Deque<Key> = []

    /// Returns whether the key is new.
    mutating func set(_ key: Key, _ entry: Entry) -> Bool {
      let before = entries.updateValue(entry, forKey: key)
      let bytesBefore = before?.bytes.count ?? 0
      bytes += entry.bytes.count - bytesBefore
      if bytesBefore == 0, !entry.bytes.isEmpty { kept.append(key) }
      if bytesBefore > 0, entry.bytes.isEmpty { kept.removeAll { $0 == key } }
      return before == nil
    }

    mutating func remove(_ key: Key) {
      guard let before = entries.removeValue(forKey: key), !before.bytes.isEmpty else { return }
      bytes -= before.bytes.count
      if let place = kept.firstIndex(of: key) { kept.remove(at: place) }
    }

    /// Lets highlights go, and keeps when they were published.
    mutating func shrink(to limit: Int) {
      while bytes > limit, let key = kept.popFirst() {
        bytes -= entries[key]?.bytes.count ?? 0
        entries[key]?.bytes = []
      }
    }
  }

  private let capacity: Int
  private let bytes: Int
  /// By the partition's number: a key stands on the same one in the topics of searches, backfills and retries, which
  /// have one owner.
  private let shelves = Mutex<[Int32: Shelf]>([:])

  /// - Parameters:
  ///   - capacity: entries kept of one partition; the oldest go first.
  ///   - bytes: what all highlights may take, each partition's its even part; beyond it only their times are kept.
  public init(capacity: Int = 20_000, bytes: Int = 32 << 20) {
    self.capacity = capacity
    self.bytes = bytes
  }

  func entry(_ key: Key, of partition: TopicPartition) -> Entry? {
    shelves.withLock { $0[partition.partition]?.entries[key] }
  }

  func record(_ key: Key, _ entry: Entry, of partition: TopicPartition) {
    let number = partition.partition
    shelves.withLock { shelves in
      // Taken out while it changes: no copy of a shelf is made.
      var shelf = shelves.removeValue(forKey: number) ?? Shelf()
      defer { shelves[number] = shelf }
      let isNew = shelf.set(key, entry)
      shelf.shrink(to: bytes / (shelves.count + 1))
      guard isNew else { return }
      shelf.order.append(key)
      if shelf.order.count > capacity, let oldest = shelf.order.popFirst() {
        shelf.remove(oldest)
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
