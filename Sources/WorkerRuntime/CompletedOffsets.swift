/// Offsets that need no more work although the watermark has not reached them.
public struct CompletedOffsets: Equatable, Sendable {
  /// Ascending, apart and not empty, as there is at least one.
  public let ranges: [Range<Int64>]
  /// The timestamp of the record at ``last``, in ms since 1970; -1 where it has none. It tells whether the log
  /// is still the one that these offsets were completed in.
  public let timestamp: Int64

  /// - Parameter ranges: ascending, apart and not empty; nil is returned for none.
  public init?(_ ranges: [Range<Int64>], timestamp: Int64) {
    guard !ranges.isEmpty else { return nil }
    self.ranges = ranges
    self.timestamp = timestamp
  }

  /// The highest offset.
  public var last: Int64 { ranges[ranges.count - 1].upperBound - 1 }
}

/// How far a partition may be committed.
public struct CommitPosition: Equatable, Sendable {
  /// As in Kafka, the next offset to read.
  public let offset: Int64
  /// What is complete from `offset` on; nil for nothing.
  public let completed: CompletedOffsets?

  public init(offset: Int64, completed: CompletedOffsets? = nil) {
    self.offset = offset
    self.completed = completed
  }
}
