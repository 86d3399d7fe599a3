import DequeModule

/// Which messages may run now, and how far each partition may be committed.
///
/// A value without clock, lock or I/O: each function takes an event and returns what to do. Its
/// owner calls it in the order of the consumer's events: messages polled in one assignment are
/// received before the rebalance that ends it. A message of an old assignment that is received in
/// a new one would hide the offsets below it.
///
/// Each job goes back to `complete(_:)` exactly once, also when its partition is gone: until then
/// it occupies the process and counts against `maxInFlight`.
///
/// A function costs O(log n) per message in the messages held, whatever the number of keys;
/// `commits()` and rebalances also cost O(partitions and what is complete above their watermarks).
public struct WorkerCore<Payload: Sendable>: Sendable {
  public let configuration: WorkerCoreConfiguration

  private var epochs: [TopicPartitionID: Int] = [:]
  private var assignments: [Int: Assignment<Payload>] = [:]
  private var lastEpoch = 0

  /// Each epoch that may run a job but for `maxInFlight`, once, in the order of their turns.
  private var turns: Deque<Int> = []

  private var running = InFlightOffsets()
  private var stale = InFlightOffsets()

  public init(configuration: WorkerCoreConfiguration) {
    self.configuration = configuration
  }

  // MARK: Assignment

  /// Starts a new epoch for each partition, ending the current one of any that is assigned.
  ///
  /// - Parameter completed: what is complete above a partition's committed offset; it is not handed out.
  public mutating func assign(
    _ partitions: [TopicPartitionID], completed: [TopicPartitionID: CompletedOffsets] = [:]
  ) {
    release(partitions)
    for partition in partitions where epochs[partition] == nil {
      lastEpoch += 1
      epochs[partition] = lastEpoch
      assignments[lastEpoch] = Assignment(
        partition: partition, configuration: configuration, completed: completed[partition])
    }
  }

  /// Stops dispatch of partitions about to be revoked and drops what was not handed out.
  ///
  /// A dropped message stays unfinished: no commit passes it.
  ///
  /// - Returns: Those of `partitions` with nothing in flight, unassigned ones included: there is
  ///   nothing to wait for. The others follow in `Completion.drained`.
  public mutating func beginDrain(_ partitions: [TopicPartitionID]) -> [TopicPartitionID] {
    for epoch in partitions.compactMap({ epochs[$0] }) {
      assignments[epoch]?.beginDrain(inFlight: running[epoch])
      turns.removeAll { $0 == epoch }
    }
    return partitions.filter { partition in
      epochs[partition].map { running.count(of: $0) == 0 } ?? true
    }
  }

  /// Ends the epoch of each partition: drained, past the drain's deadline, or lost.
  ///
  /// What was in flight becomes stale. Take the last `commits()` before, unless it was lost.
  public mutating func release(_ partitions: [TopicPartitionID]) {
    for partition in partitions {
      guard let epoch = epochs.removeValue(forKey: partition) else { continue }
      assignments[epoch] = nil
      turns.removeAll { $0 == epoch }
      running.move(epoch: epoch, to: &stale)
    }
  }

  // MARK: Messages

  /// Buffers messages in the order given, which is ascending by offset within a partition.
  ///
  /// Dropped and not tracked: messages of unassigned and of draining partitions, and repeats.
  ///
  /// - Returns: Partitions to pause now, each once until it resumes. Messages of a paused
  ///   partition that are already on their way are taken.
  public mutating func receive(_ items: [Item]) -> [TopicPartitionID] {
    var touched: [Int] = []
    for item in items {
      guard let epoch = epochs[item.partition] else { continue }
      assignments[epoch]?.receive(item)
      if touched.last != epoch { touched.append(epoch) }
    }
    var pause: [TopicPartitionID] = []
    for epoch in touched {
      queueTurn(epoch)
      if assignments[epoch]?.pause(above: configuration.pauseAbove) == true,
        let partition = assignments[epoch]?.partition
      {
        pause.append(partition)
      }
    }
    return pause
  }

  /// Hands out the next job, nil when none may run now.
  ///
  /// Partitions take turns; within one, the oldest message that its ordering allows comes first.
  /// A batch is cut to what the bounds leave.
  public mutating func nextJob() -> Job? {
    let room = configuration.maxInFlight - inFlight - staleInFlight
    guard room > 0, let epoch = turns.popFirst(), let partition = assignments[epoch]?.partition
    else { return nil }
    let roomHere = configuration.maxInFlightPerPartition - running.count(of: epoch)
    let items =
      assignments[epoch]?.take(upTo: min(configuration.maxBatch, room, roomHere)) ?? []
    for item in items { running.insert(item.offset, epoch: epoch) }
    queueTurn(epoch)
    return Job(partition: partition, epoch: epoch, items: items)
  }

  /// Records that a job's messages need no more work.
  ///
  /// A job that failed is completed only once its messages are safe elsewhere: in a retry or a
  /// dead letter topic.
  public mutating func complete(_ job: Job) -> Completion { end(job, finished: true) }

  /// Records that a job ended without its messages being done, as when its partition drains.
  ///
  /// Its messages stay unfinished: no commit passes them in this assignment.
  public mutating func abandon(_ job: Job) -> Completion { end(job, finished: false) }

  private mutating func end(_ job: Job, finished: Bool) -> Completion {
    var completion = Completion()
    let current = job.items.filter { running.remove($0.offset, epoch: job.epoch) }
    guard !current.isEmpty else {
      for item in job.items { stale.remove(item.offset, epoch: job.epoch) }
      completion.stale = true
      return completion
    }
    if finished {
      for item in current { assignments[job.epoch]?.finish(item.offset) }
    }
    queueTurn(job.epoch)
    if assignments[job.epoch]?.resume(atOrBelow: configuration.resumeAtOrBelow) == true {
      completion.resume = [job.partition]
    }
    if assignments[job.epoch]?.isDraining == true, running.count(of: job.epoch) == 0 {
      completion.drained = [job.partition]
    }
    return completion
  }

  /// Whether the job's result may be published: false once its partition was released, lost or
  /// assigned anew.
  public func isCurrent(_ job: Job) -> Bool { epochs[job.partition] == job.epoch }

  private mutating func queueTurn(_ epoch: Int) {
    let inFlight = running.count(of: epoch)
    let bound = configuration.maxInFlightPerPartition
    if assignments[epoch]?.claimTurn(inFlight: inFlight, bound: bound) == true {
      turns.append(epoch)
    }
  }

  // MARK: Commits

  /// Takes the positions to commit that differ from those taken last.
  ///
  /// The first position of an assignment is offered before anything completes: committed, it
  /// keeps the start of a new group from moving with `auto.offset.reset`.
  public mutating func commits() -> [TopicPartitionID: CommitPosition] {
    var positions: [TopicPartitionID: CommitPosition] = [:]
    for (partition, epoch) in epochs {
      if let position = assignments[epoch]?.takePosition() { positions[partition] = position }
    }
    return positions
  }

  /// Has `commits()` offer positions again, except where a newer one was taken since.
  public mutating func commitFailed(_ positions: [TopicPartitionID: CommitPosition]) {
    for (partition, position) in positions {
      guard let epoch = epochs[partition] else { continue }
      assignments[epoch]?.commitFailed(position)
    }
  }

  // MARK: State

  /// The partitions assigned, draining ones included, in no order.
  public var partitions: [TopicPartitionID] { Array(epochs.keys) }

  /// Messages in flight of the partitions assigned.
  public var inFlight: Int { running.count }

  /// Messages in flight of assignments that have ended; their results count for nothing.
  public var staleInFlight: Int { stale.count }

  /// What a partition holds and waits for, nil when it is not assigned.
  public func status(of partition: TopicPartitionID) -> PartitionStatus? {
    guard let epoch = epochs[partition] else { return nil }
    return assignments[epoch]?.status(inFlight: running[epoch])
  }
}
