/// Whether this process may still send, after it may have been asleep for so long that others took its place.
///
/// A process that was stopped, or whose machine was, goes on as if nothing had happened, holding results of
/// partitions that are another's by now. It notices by its clock: after a gap that long nothing may be sent until a
/// commit, begun since, is accepted: a broker takes it only from a member of the present generation.
public struct SuspensionGuard: Sendable {
  private let limit: Duration
  private var lastSeen: ContinuousClock.Instant
  private var since: ContinuousClock.Instant?

  /// - Parameter limit: the longest gap that is taken for a hiccup: half of the session timeout, which leaves the
  ///   other half for the heartbeat that was due.
  public init(limit: Duration, at now: ContinuousClock.Instant) {
    self.limit = limit
    lastSeen = now
  }

  /// Whether nothing may be sent, as of the last call.
  public var isClosed: Bool { since != nil }

  /// Takes note that the process runs, and tells whether it may send. Call it often, whatever for.
  public mutating func maySend(at now: ContinuousClock.Instant) -> Bool {
    if now - lastSeen > limit { since = now }
    lastSeen = max(lastSeen, now)
    return since == nil
  }

  /// Takes note of a commit that was accepted.
  ///
  /// - Parameter begun: when it was asked for; one from before the gap proves nothing.
  public mutating func committed(begun: ContinuousClock.Instant) {
    if let since, begun >= since { self.since = nil }
  }
}
