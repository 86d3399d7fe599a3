/// The bounds of a `WorkerCore`, counted in messages where nothing else is said.
public struct WorkerCoreConfiguration: Equatable, Sendable {
  /// Topics that yield to others, but not altogether.
  public struct Lane: Equatable, Sendable {
    public let topics: Set<String>
    /// Percent of the jobs begun that are the lane's for as long as it has work, 1 to 99.
    public let share: Int

    public init(topics: Set<String>, share: Int) {
      self.topics = topics
      self.share = share
    }
  }

  /// Which messages of a partition wait for each other.
  public let ordering: Ordering

  /// Messages handed out and not completed, over all partitions.
  ///
  /// Stale ones count too: their handlers still use the process.
  public let maxInFlight: Int

  /// The part of `maxInFlight` that lanes after the first leave to it, unless a job is owed to them: without it, a
  /// message of the first lane would wait for the end of one of theirs.
  public let reserved: Int

  /// Messages handed out and not completed, of one partition.
  public let maxInFlightPerPartition: Int

  /// A partition pauses when it holds more than this, buffered and in flight together.
  public let pauseAbove: Int

  /// A paused partition resumes when it holds this many or fewer.
  ///
  /// Keep it well below `pauseAbove`: a pause discards what the client has prefetched.
  public let resumeAtOrBelow: Int

  /// Messages in one job; above 1 only with `Ordering.partition`.
  public let maxBatch: Int

  /// Offsets from a partition's watermark to the newest dispatched: what completes above the
  /// watermark has to fit the commit's metadata.
  public let maxSpan: Int

  /// Bytes of messages held, buffered and in flight together. Each partition assigned has an even part of it, pauses
  /// above that and resumes at half.
  public let maxBufferedBytes: Int

  /// The lanes after the first, which is that of all topics named in none. Jobs of a lane begin when those before it
  /// have no work, and when its share is due.
  public let lanes: [Lane]

  /// The lane of a topic: 0 for the first, 1 for the first of `lanes`.
  public func lane(of topic: String) -> Int {
    lanes.firstIndex { $0.topics.contains(topic) }.map { $0 + 1 } ?? 0
  }

  /// Checks and takes the bounds.
  ///
  /// - Throws: `WorkerCoreConfigurationError` for the first rule that does not hold.
  public init(
    ordering: Ordering, maxInFlight: Int, maxInFlightPerPartition: Int, pauseAbove: Int,
    resumeAtOrBelow: Int, maxBatch: Int = 1, maxSpan: Int = CompletedOffsets.maxSpan,
    maxBufferedBytes: Int = .max, lanes: [Lane] = [], reserved: Int = 0
  ) throws(WorkerCoreConfigurationError) {
    let lowest: [(WorkerCoreConfigurationError.Setting, value: Int, least: Int)] = [
      (.maxInFlight, maxInFlight, 1),
      (.maxInFlightPerPartition, maxInFlightPerPartition, 1),
      (.pauseAbove, pauseAbove, 1),
      (.resumeAtOrBelow, resumeAtOrBelow, 0),
      (.maxBatch, maxBatch, 1),
      (.maxSpan, maxSpan, 1),
      (.maxBufferedBytes, maxBufferedBytes, 1),
      (.reserved, reserved, 0),
      (.laneShare, lanes.map(\.share).min() ?? 1, 1),
    ]
    for (setting, value, least) in lowest where value < least {
      throw .tooSmall(setting, value: value, least: least)
    }
    guard maxInFlightPerPartition <= maxInFlight else {
      throw .exceeds(
        .maxInFlightPerPartition, value: maxInFlightPerPartition, .maxInFlight, most: maxInFlight)
    }
    guard reserved < maxInFlight else {
      throw .exceeds(.reserved, value: reserved, .maxInFlight, most: maxInFlight - 1)
    }
    guard resumeAtOrBelow < pauseAbove else {
      throw .exceeds(.resumeAtOrBelow, value: resumeAtOrBelow, .pauseAbove, most: pauseAbove - 1)
    }
    guard maxBatch <= maxInFlightPerPartition else {
      throw .exceeds(
        .maxBatch, value: maxBatch, .maxInFlightPerPartition, most: maxInFlightPerPartition)
    }
    guard maxSpan <= CompletedOffsets.maxSpan else {
      throw .tooLarge(.maxSpan, value: maxSpan, most: CompletedOffsets.maxSpan)
    }
    let shares = lanes.reduce(0) { $0 + $1.share }
    guard shares <= 99 else { throw .tooLarge(.laneShare, value: shares, most: 99) }
    guard maxBatch == 1 || ordering == .partition else {
      throw .batchNeedsPartitionOrdering(maxBatch: maxBatch, ordering: ordering)
    }
    self.ordering = ordering
    self.maxInFlight = maxInFlight
    self.reserved = reserved
    self.maxInFlightPerPartition = maxInFlightPerPartition
    self.pauseAbove = pauseAbove
    self.resumeAtOrBelow = resumeAtOrBelow
    self.maxBatch = maxBatch
    self.maxSpan = maxSpan
    self.maxBufferedBytes = maxBufferedBytes
    self.lanes = lanes
  }
}
