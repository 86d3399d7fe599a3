/// What one assigned partition holds and what it waits for.
public struct PartitionStatus: Equatable, Sendable {
  /// How far a message has come.
  public enum Stage: Equatable, Sendable {
    /// Due, and not handed out.
    case queued
    /// Not due.
    case waiting
    /// Handed out.
    case inFlight
  }

  /// A message received and not completed.
  public struct Unfinished: Equatable, Sendable {
    public let offset: Int64
    public let receivedAt: ContinuousClock.Instant
    /// The record's, in ms since 1970; -1 where it has none.
    public let timestamp: Int64
    public let stage: Stage
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
  /// Whether its lane begins no jobs.
  public let lanePaused: Bool
  /// Whether `beginDrain` stopped it.
  public let draining: Bool
}
