import DequeModule

/// One partition from its assignment to its release: what was received and what may run next.
struct Assignment<Payload: Sendable>: Sendable {
  typealias Item = WorkerCore<Payload>.Item

  let partition: TopicPartitionID
  let lane: Int
  private let ordering: Ordering
  private let maxSpan: Int
  private var tracker: OffsetTracker

  /// Unfinished items, buffered and in flight; when draining only those in flight.
  private var items: [Int64: Item] = [:]

  /// Buffered offsets that wait for no other message of their key. The smallest runs first, so
  /// that the watermark moves on and a key with many messages starts early.
  private var ready = OffsetHeap()

  /// Buffered offsets behind the message of their key that is ready or in flight. A key stands
  /// here exactly as long as there is such a message.
  private(set) var followers: [[UInt8]: Deque<Int64>] = [:]

  private(set) var isPaused = false
  private(set) var isDraining = false

  /// Offsets whose time has not come. They leave in the order they came in.
  private var later: Deque<Int64> = []

  /// Bytes of `items`.
  private var bytes = 0

  /// Whether the core's round of turns names this assignment.
  private var hasTurn = false

  /// The position last offered for commit; nil offers the current one again.
  private var lastTakenPosition: CommitPosition?

  init(
    partition: TopicPartitionID, configuration: WorkerCoreConfiguration,
    completed: CompletedOffsets?
  ) {
    self.partition = partition
    lane = configuration.lane(of: partition.topic)
    ordering = configuration.ordering
    maxSpan = configuration.maxSpan
    tracker = OffsetTracker(completed: completed)
  }

  /// Messages held, buffered and in flight.
  var count: Int { items.count }

  mutating func receive(_ item: Item) {
    guard !isDraining, tracker.receive(item.offset, timestamp: item.timestamp) else { return }
    items[item.offset] = item
    bytes += item.bytes
    if later.isEmpty, item.notBefore.map({ $0 <= item.receivedAt }) ?? true {
      admit(item)
    } else {
      later.append(item.offset)
    }
  }

  /// Admits what is due; returns whether there was any.
  mutating func advance(to now: ContinuousClock.Instant) -> Bool {
    let before = later.count
    while let item = later.first.flatMap({ items[$0] }), item.notBefore.map({ $0 <= now }) ?? true {
      later.removeFirst()
      admit(item)
    }
    return later.count < before
  }

  private mutating func admit(_ item: Item) {
    if ordering == .key, let key = item.key {
      if followers[key]?.append(item.offset) != nil { return }
      followers[key] = []
    }
    ready.insert(item.offset)
  }

  /// What an item holds of the gate, nil if it needs none.
  func gateKey(of offset: Int64) -> KeyGate.Key? {
    guard ordering == .key, let key = items[offset]?.key else { return nil }
    return KeyGate.Key(partition: partition.partition, bytes: key)
  }

  /// Makes an item ready again that waited at the gate; false if it is no longer held.
  mutating func requeue(_ offset: Int64) -> Bool {
    guard !isDraining, items[offset] != nil else { return false }
    ready.insert(offset)
    return true
  }

  /// Removes the next items to run from those ready, oldest first. Those whose key is in flight elsewhere wait at
  /// the gate.
  mutating func take(upTo limit: Int, epoch: Int, through gate: inout KeyGate) -> [Item] {
    hasTurn = false
    var taken: [Item] = []
    while taken.count < limit, let next = ready.min, tracker.isWithin(span: maxSpan, next),
      let offset = ready.popMin(), let item = items[offset]
    {
      if let key = gateKey(of: offset), !gate.enter(key, epoch: epoch, offset: offset) { continue }
      taken.append(item)
    }
    return taken
  }

  /// Lets go of an item in flight that stays incomplete: no commit passes it.
  mutating func abandon(_ offset: Int64) {
    if let item = items.removeValue(forKey: offset) { bytes -= item.bytes }
  }

  /// Completes an item in flight and makes the next one of its key ready.
  mutating func finish(_ offset: Int64) {
    guard let item = items.removeValue(forKey: offset) else { return }
    bytes -= item.bytes
    tracker.complete(offset)
    guard ordering == .key, let key = item.key else { return }
    if let next = followers[key]?.popFirst() {
      ready.insert(next)
    } else {
      followers[key] = nil
    }
  }

  /// Returns true if the partition may run and is not yet among the turns; it counts as being
  /// there from now on.
  mutating func claimTurn(inFlight: Int, bound: Int) -> Bool {
    guard !hasTurn, !isDraining, inFlight < bound, let next = ready.min,
      tracker.isWithin(span: maxSpan, next)
    else { return false }
    guard ordering != .partition || inFlight == 0 else { return false }
    hasTurn = true
    return true
  }

  /// Stops dispatch. What is dropped stays incomplete in the tracker, so no commit passes it.
  mutating func beginDrain(inFlight: Set<Int64>) {
    isDraining = true
    hasTurn = false
    items = items.filter { inFlight.contains($0.key) }
    bytes = items.values.reduce(0) { $0 + $1.bytes }
    ready = OffsetHeap()
    later = []
    followers = [:]
  }

  /// Returns true if the partition has to pause now.
  mutating func pause(above bound: Int, bytes most: Int) -> Bool {
    guard !isPaused, !isDraining, count > bound || bytes > most else { return false }
    isPaused = true
    return true
  }

  /// Returns true if the partition may resume now; a draining one never does.
  ///
  /// By bytes it resumes at half of `most`, as a pause discards what was fetched ahead.
  mutating func resume(atOrBelow bound: Int, bytes most: Int) -> Bool {
    guard isPaused, !isDraining, count <= bound, bytes <= most / 2 else { return false }
    isPaused = false
    return true
  }

  /// Returns the position to commit if it is not the one taken last.
  mutating func takePosition() -> CommitPosition? {
    guard let position, position != lastTakenPosition else { return nil }
    lastTakenPosition = position
    return position
  }

  /// Offers the position again, unless a newer one was taken since.
  mutating func commitFailed(_ position: CommitPosition) {
    if lastTakenPosition == position { lastTakenPosition = nil }
  }

  /// The position as it is now, whether it was taken or not.
  var position: CommitPosition? {
    tracker.position.map { CommitPosition(offset: $0, completed: tracker.completed) }
  }

  func status(inFlight: Set<Int64>, lanePaused: Bool) -> PartitionStatus {
    let oldest = isDraining ? inFlight.min() : tracker.oldestIncomplete
    return PartitionStatus(
      oldestUnfinished: oldest.flatMap { items[$0] }.map {
        .init(
          offset: $0.offset, receivedAt: $0.receivedAt, timestamp: $0.timestamp,
          stage: inFlight.contains($0.offset)
            ? .inFlight : later.first == $0.offset ? .waiting : .queued)
      },
      buffered: count - inFlight.count - later.count, waiting: later.count,
      inFlight: inFlight.count, paused: isPaused, lanePaused: lanePaused, draining: isDraining)
  }
}
