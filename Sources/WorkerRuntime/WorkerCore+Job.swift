extension WorkerCore {
  /// A message received from Kafka.
  public struct Item: Sendable {
    public let partition: TopicPartitionID
    public let offset: Int64
    /// The record's key; nil and empty are different keys, and nil orders with nothing.
    public let key: [UInt8]?
    public let payload: Payload
    public let receivedAt: ContinuousClock.Instant
    /// The record's, in ms since 1970; -1 where it has none.
    public let timestamp: Int64
    /// When it may run at the earliest; nil at once. Within a partition none runs before the ones that came earlier
    /// are due: a retry topic has one delay for all, so its messages come due in their order.
    public let notBefore: ContinuousClock.Instant?
    /// What it occupies, against `maxBufferedBytes`.
    public let bytes: Int

    public init(
      partition: TopicPartitionID, offset: Int64, key: [UInt8]?, payload: Payload,
      receivedAt: ContinuousClock.Instant, timestamp: Int64 = -1,
      notBefore: ContinuousClock.Instant? = nil, bytes: Int = 0
    ) {
      self.partition = partition
      self.offset = offset
      self.key = key
      self.payload = payload
      self.receivedAt = receivedAt
      self.timestamp = timestamp
      self.notBefore = notBefore
      self.bytes = bytes
    }
  }

  /// Messages of one partition to handle together; each job goes back to `complete(_:)` once.
  public struct Job: Sendable {
    public let partition: TopicPartitionID
    /// The assignment that the job belongs to; no two assignments share a number.
    public let epoch: Int
    /// At least one message, in offset order.
    public let items: [Item]
  }

  /// What follows from a completed job.
  public struct Completion: Equatable, Sendable {
    /// Partitions to resume now.
    public var resume: [TopicPartitionID] = []
    /// Draining partitions of which nothing is in flight any more.
    public var drained: [TopicPartitionID] = []
    /// True if nothing was recorded: the job's assignment has ended, or it was completed before.
    public var stale = false
  }
}
