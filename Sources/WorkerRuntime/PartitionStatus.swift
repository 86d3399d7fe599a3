/// What one assigned partition holds and what it waits for.
public struct PartitionStatus: Equatable, Sendable {
  /// A message received and not completed.
  public struct Unfinished: Equatable, Sendable {
    public let offset: Int64
    public let receivedAt: ContinuousClock.Instant
  }

  /// The oldest message held; of a draining partition the oldest in flight.
  public let oldestUnfinished: Unfinished?
  /// Messages received, due and not handed out.
  public let buffered: Int
  /// Messages received whose time has not come, as those in a retry topic.
  public let waiting: Int
  /// Messages handed out and not completed.
  public let inFlight: Int
  /// Whether a pause was reported and no resume since.
  public let paused: Bool
  /// Whether `beginDrain` stopped it.
  public let draining: Bool
}
