/// Which partitions make no progress although they could.
public struct ProgressWatch: Sendable {
  /// What a partition was seen doing.
  public struct Observation: Sendable {
    /// The oldest message held, nil if there is none.
    public let oldest: Int64?
    /// Whether anything could be done about it: not while it waits for its time, a shared cause or an operator.
    public let isAble: Bool

    public init(oldest: Int64?, isAble: Bool) {
      self.oldest = oldest
      self.isAble = isAble
    }
  }

  private struct Standstill {
    let oldest: Int64
    let since: ContinuousClock.Instant
  }

  private let limit: Duration
  private var standing: [TopicPartitionID: Standstill] = [:]

  /// - Parameter limit: how long the oldest message may stay the oldest.
  public init(limit: Duration) { self.limit = limit }

  /// Takes what all partitions are doing now; returns how long those have been at a standstill that were so for longer
  /// than they may.
  public mutating func observe(
    _ observations: [TopicPartitionID: Observation], at now: ContinuousClock.Instant
  ) -> [TopicPartitionID: Duration] {
    var next: [TopicPartitionID: Standstill] = [:]
    var stalled: [TopicPartitionID: Duration] = [:]
    for (partition, observation) in observations {
      guard let oldest = observation.oldest, observation.isAble else { continue }
      let known = standing[partition].flatMap { $0.oldest == oldest ? $0 : nil }
      let standstill = known ?? Standstill(oldest: oldest, since: now)
      next[partition] = standstill
      if now - standstill.since > limit { stalled[partition] = now - standstill.since }
    }
    standing = next
    return stalled
  }
}
