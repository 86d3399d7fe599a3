/// How far a rebuild has come, counted in offsets.
///
/// Offsets that hold no record any more, after compaction or retention, count when they are passed.
public struct RebuildProgress: Sendable, Hashable {
  public struct Topic: Sendable, Hashable {
    public var applied: Int64
    public var total: Int64

    public init(applied: Int64, total: Int64) {
      self.applied = applied
      self.total = total
    }
  }

  /// By name; what was applied before a rebuild began is in neither number.
  public var topics: [String: Topic]
  /// Records read that were no highlight and are in no store; each was logged.
  public var skipped: Int

  public init(topics: [String: Topic], skipped: Int = 0) {
    self.topics = topics
    self.skipped = skipped
  }

  public var applied: Int64 { topics.values.reduce(0) { $0 + $1.applied } }
  public var total: Int64 { topics.values.reduce(0) { $0 + $1.total } }
}
