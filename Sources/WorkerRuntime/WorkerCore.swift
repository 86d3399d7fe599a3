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

  /// The epochs that may run a job but for `maxInFlight`, paused lanes and keys in flight elsewhere.
  private var turns: Turns
  private var gate = KeyGate()

  /// Handlers that were given up on and still run: each keeps the room of a message.
  public var strays = 0

  private var running = InFlightOffsets()
  private var stale = InFlightOffsets()

  public init(configuration: WorkerCoreConfiguration) {
    self.configuration = configuration
    turns = Turns(shares: configuration.lanes.map(\.share))
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
      turns.remove(epoch)
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
      guard let epoch = epochs.removeValue(forKey: partition),
        let assignment = assignments.removeValue(forKey: epoch)
      else { continue }
      turns.remove(epoch)
      for offset in running[epoch] { leaveGate(assignment.gateKey(of: offset)) }
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
    let most = bytesEach
    for epoch in touched {
      queueTurn(epoch)
      if assignments[epoch]?.pause(above: configuration.pauseAbove, bytes: most) == true,
        let partition = assignments[epoch]?.partition
      {
        pause.append(partition)
      }
    }
    return pause
  }

  /// Hands out the next job, nil when none may run now.
  ///
  /// Lanes come by priority and share, their partitions take turns; within one, the oldest message that its
  /// ordering allows comes first. A batch is cut to what the bounds leave, and `reserved` to lanes after the first.
  public mutating func nextJob() -> Job? {
    let room = configuration.maxInFlight - inFlight - staleInFlight - strays
    guard room > 0 else { return nil }
    let shared = room - configuration.reserved
    while let epoch = turns.next(firstOnly: shared <= 0) {
      guard let partition = assignments[epoch]?.partition, let lane = assignments[epoch]?.lane
      else { continue }
      let roomHere = configuration.maxInFlightPerPartition - running.count(of: epoch)
      let limit = min(configuration.maxBatch, lane == 0 ? room : max(1, shared), roomHere)
      let items = assignments[epoch]?.take(upTo: limit, epoch: epoch, through: &gate) ?? []
      for item in items { running.insert(item.offset, epoch: epoch) }
      queueTurn(epoch)
      guard !items.isEmpty else { continue }
      turns.ran(lane: lane)
      return Job(partition: partition, epoch: epoch, items: items)
    }
    return nil
  }

  /// Lets messages run whose time has come.
  public mutating func advance(to now: ContinuousClock.Instant) {
    for epoch in epochs.values where assignments[epoch]?.advance(to: now) == true {
      queueTurn(epoch)
    }
  }

  /// Has a lane begin no more jobs, or begin them again; 0 is the first lane.
  public mutating func setPaused(_ paused: Bool, lane: Int) {
    turns.setPaused(paused, lane: lane)
  }

  /// Records that a job's messages need no more work.
  ///
  /// A job that failed is completed only once its messages are safe elsewhere: in a retry or a
  /// dead letter topic.
  public mutating func complete(_ job: Job) -> Completion { end(job, .finished) }

  /// Records that a job ended without its messages being done, as when its partition drains.
  ///
  /// Its messages stay unfinished: no commit passes them in this assignment.
  public mutating func abandon(_ job: Job) -> Completion { end(job, .abandoned) }

  /// Takes a job back as if it had not been handed out: it runs again when its lane and the bounds allow.
  public mutating func putBack(_ job: Job) -> Completion { end(job, .putBack) }

  private enum End { case finished, abandoned, putBack }

  private mutating func end(_ job: Job, _ end: End) -> Completion {
    var completion = Completion()
    let current = job.items.filter { running.remove($0.offset, epoch: job.epoch) }
    guard !current.isEmpty else {
      for item in job.items { stale.remove(item.offset, epoch: job.epoch) }
      completion.stale = true
      return completion
    }
    for item in current {
      let key = assignments[job.epoch]?.gateKey(of: item.offset)
      switch end {
      case .finished: assignments[job.epoch]?.finish(item.offset)
      case .abandoned: assignments[job.epoch]?.abandon(item.offset)
      // A draining partition hands out nothing again.
      case .putBack:
        if assignments[job.epoch]?.requeue(item.offset) == false {
          assignments[job.epoch]?.abandon(item.offset)
        }
      }
      leaveGate(key)
    }
    queueTurn(job.epoch)
    let most = bytesEach
    if assignments[job.epoch]?.resume(atOrBelow: configuration.resumeAtOrBelow, bytes: most)
      == true
    {
      completion.resume = [job.partition]
    }
    if assignments[job.epoch]?.isDraining == true, running.count(of: job.epoch) == 0 {
      completion.drained = [job.partition]
    }
    return completion
  }

  /// Whether the job's lane begins no jobs.
  public func isPaused(_ job: Job) -> Bool {
    turns.isPaused(lane: configuration.lane(of: job.partition.topic))
  }

  /// Whether the job's result may be published: false once its partition was released, lost or
  /// assigned anew.
  public func isCurrent(_ job: Job) -> Bool { epochs[job.partition] == job.epoch }

  /// Whether a try of the job may begin: not once its partition is being drained or is gone.
  public func mayBegin(_ job: Job) -> Bool {
    isCurrent(job) && assignments[job.epoch]?.isDraining == false
  }

  private mutating func leaveGate(_ key: KeyGate.Key?) {
    guard let key else { return }
    for waiting in gate.leave(key) where assignments[waiting.epoch]?.requeue(waiting.offset) == true
    {
      queueTurn(waiting.epoch)
    }
  }

  /// What of `maxBufferedBytes` falls to each partition.
  private var bytesEach: Int { configuration.maxBufferedBytes / max(1, epochs.count) }

  private mutating func queueTurn(_ epoch: Int) {
    let inFlight = running.count(of: epoch)
    let bound = configuration.maxInFlightPerPartition
    if assignments[epoch]?.claimTurn(inFlight: inFlight, bound: bound) == true,
      let lane = assignments[epoch]?.lane
    {
      turns.append(epoch, lane: lane)
    }
  }

  // MARK: Commits

  /// Takes the positions to commit that differ from those taken last.
  ///
  /// The first position of an assignment is offered before anything completes: committed, it
  /// keeps the start of a new group from moving with `auto.offset.reset`.
  ///
  /// - Parameter topics: those asked for; nil for all.
  public mutating func commits(of topics: Set<String>? = nil) -> [TopicPartitionID: CommitPosition]
  {
    var positions: [TopicPartitionID: CommitPosition] = [:]
    for (partition, epoch) in epochs where topics?.contains(partition.topic) ?? true {
      if let position = assignments[epoch]?.takePosition() { positions[partition] = position }
    }
    return positions
  }

  /// The positions as they are, taken or not: a commit of one moves nothing and tells whether commits are accepted.
  public func positions(of topics: Set<String>? = nil) -> [TopicPartitionID: CommitPosition] {
    var positions: [TopicPartitionID: CommitPosition] = [:]
    for (partition, epoch) in epochs where topics?.contains(partition.topic) ?? true {
      positions[partition] = assignments[epoch]?.position
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
    guard let assignment = assignments[epoch] else { return nil }
    return assignment.status(
      inFlight: running[epoch], lanePaused: turns.isPaused(lane: assignment.lane))
  }
}
