import Foundation
import HighlightsProtocol
import SwiftProtobuf

/// A view of the highlights topics, by key and variant, that can be rebuilt from them.
///
/// Which of two records of a key is kept is decided by `Precedence` alone. The epoch of a key's withdrawal never goes
/// back, whatever expires: a store that forgets an expired highlight keeps those of a key that was ever withdrawn, or
/// a withdrawal that comes again would find nothing that tells it was lifted. Every call throws `StoreError`, and ends
/// within a bound of the store's own: callers need no timer beside it.
public protocol HighlightStore: Sendable {
  /// Applies a batch, and how far it brings each partition once all of it is applied.
  ///
  /// A partition's progress never goes back, so a batch may be applied again; after an error it must be.
  ///
  /// - Returns: One result a record, in their order.
  func apply(
    _ records: [HighlightRecord], progress: [PartitionProgress]
  ) async throws -> [ApplyResult]

  /// The highlight of a key, unless it has expired.
  ///
  /// A withdrawn one is returned as such and does not expire, so that what was taken down is not
  /// taken for missing and written anew.
  func highlight(forKey key: String, variant: String) async throws -> Highlight?

  /// The same as it was published, in binary protobuf.
  func payload(forKey key: String, variant: String) async throws -> Data?

  /// The same where it takes no waiting; it is called where waiting would hold up others, so it takes microseconds.
  func payloadAtOnce(forKey key: String, variant: String) throws -> ReadAtOnce

  /// The highlights of many keys; expired and unknown ones are left out.
  func highlights(forKeys keys: [String], variant: String) async throws -> [String: Highlight]

  /// The keys whose highlight cites the video in a sentence or shows it below, in order; neither withdrawn nor expired
  /// ones. All of them are returned at once.
  func keys(citing videoID: String, variant: String) async throws -> [String]

  /// The next offset to apply, by partition; partitions never applied are left out.
  func appliedOffsets(topic: String) async throws -> [Int32: Int64]

  /// How many highlights the store holds over all variants, withdrawn ones included, and expired ones as long as it
  /// has not dropped them.
  func count() async throws -> Int

  /// Waits for what is running and gives up the store's resources; later calls throw.
  func close() async throws
}

extension HighlightStore {
  /// For stores that cannot answer without waiting.
  public func payloadAtOnce(forKey key: String, variant: String) -> ReadAtOnce { .mustWait }

  /// For stores that keep messages, not bytes.
  public func payload(forKey key: String, variant: String) async throws -> Data? {
    try await highlight(forKey: key, variant: variant)?.serializedData()
  }

  /// Applies a batch that leaves no gaps: each partition's progress follows its last record.
  public func apply(_ records: [HighlightRecord]) async throws -> [ApplyResult] {
    let progress = records.map(\.version.position).map {
      PartitionProgress(topic: $0.topic, partition: $0.partition, nextOffset: $0.offset + 1)
    }
    return try await apply(records, progress: progress)
  }

  /// The highlight of a key in the default variant.
  public func highlight(forKey key: String) async throws -> Highlight? {
    try await highlight(forKey: key, variant: "")
  }

  /// The highlights of many keys in the default variant.
  public func highlights(forKeys keys: [String]) async throws -> [String: Highlight] {
    try await highlights(forKeys: keys, variant: "")
  }
}

/// What a store can say of a key without waiting.
public enum ReadAtOnce: Sendable, Hashable {
  case found(Data)
  /// There is none that may be shown.
  case missing
  case mustWait
}

/// What became of a record.
public enum ApplyResult: Sendable, Hashable {
  /// The store holds it, be it from now or from an earlier delivery of the same record.
  case stored
  /// The store holds one that wins over it.
  case refused(storedIsNewer: StoredHighlight)
}

/// The record that won: enough to publish it again, so that compaction keeps it too.
///
/// Publishing again is only needed when it stands before the refused record in the topic.
public struct StoredHighlight: Sendable, Hashable {
  public var version: HighlightVersion
  /// `Highlight` in binary protobuf.
  public var payload: Data

  public init(version: HighlightVersion, payload: Data) {
    self.version = version
    self.payload = payload
  }
}
