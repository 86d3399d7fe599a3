/// What a worker is doing, for a person or a probe.
public struct WorkerReport: Codable, Equatable, Sendable {
  /// What becomes of the oldest unfinished message of a partition.
  public enum State: String, Codable, Sendable {
    /// There is none.
    case idle
    /// It waits for room, or for another message of its key.
    case queued
    /// The handler has it.
    case calling
    /// It failed and waits for its next try.
    case waitingToRetry = "waiting_to_retry"
    /// A shared cause holds it up.
    case held
    /// An operator paused its lane, or what operators say is not known yet.
    case paused
    /// The partition is being given up.
    case draining
  }

  public struct Partition: Codable, Equatable, Sendable {
    public var topic: String
    public var partition: Int32
    public var state: State
    /// Why, where the state does not say it all: the reason of a failure.
    public var reason: String?
    /// The oldest message received and not completed.
    public var oldestUnfinished: Int64?
    /// Seconds since that was received.
    public var ageSeconds: Double?
    /// Messages with the handler, or between its tries.
    public var inFlight: Int
    /// Messages received and due.
    public var buffered: Int
    /// Messages received and not due, as in a retry topic.
    public var waiting: Int
    /// How long it made no progress although it could; only where that is longer than it may be.
    public var stalledSeconds: Double?
  }

  /// In the order of topic and number.
  public var partitions: [Partition]
  /// Messages with handlers, those of partitions that are gone included.
  public var inFlight: Int
  /// Handlers that were given up on and have not returned.
  public var abandonedHandlers: Int
  /// The last failure that a shared cause made, while it lasts.
  public var held: String?
  /// Whether the process slept for so long that it has to prove its membership before it may send.
  public var suspended: Bool

  /// What is wrong, in words; empty in a healthy worker. A shared cause is not its fault, and restarting it would not
  /// help.
  public var troubles: [String] {
    partitions.compactMap { partition in
      partition.stalledSeconds.map {
        """
        \(partition.topic)[\(partition.partition)] made no progress for \(Int($0)) s: offset \
        \(partition.oldestUnfinished ?? -1) is \(partition.state.rawValue)
        """
      }
    }
  }
}
