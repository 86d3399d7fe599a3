@testable import WorkerRuntime

/// What a `WorkerCore` must do, written with plain arrays and scans.
struct WorkerCoreModel {
  enum State { case buffered, inFlight, done, dropped }

  struct Message {
    let item: Core.Item
    var state = State.buffered
    /// Whether its time has come.
    var isDue: Bool

    var isHeld: Bool { state == .buffered || state == .inFlight }
  }

  /// One assignment of a partition.
  struct Assignment {
    let id: Int
    /// What the core calls it, known from its first job.
    var epoch: Int?
    var messages: [Message] = []
    var paused = false
    var draining = false
    var drainReports = 0
    var lastTaken: CommitPosition?
    /// Of an earlier assignment, offset by offset.
    var known: Set<Int64> = []
    var knownTimestamp: Int64 = -1
    /// Partitions that ran a job while this one could have.
    var passedBy: Set<Int32> = []

    var held: Int { messages.count { $0.isHeld } }
    var inFlight: Int { messages.count { $0.state == .inFlight } }
    var waiting: Int { messages.count { $0.isHeld && !$0.isDue } }
    var bytes: Int { messages.filter(\.isHeld).reduce(0) { $0 + $1.item.bytes } }

    var position: CommitPosition? {
      guard let last = messages.last?.item.offset else { return nil }
      let first = messages.firstIndex { $0.state != .done }
      var ranges: [Range<Int64>] = []
      var timestamp = knownTimestamp
      for index in (first ?? messages.endIndex)..<messages.endIndex
      where messages[index].state == .done {
        let offset = messages[index].item.offset
        let follows = index > 0 && messages[index - 1].state == .done && !ranges.isEmpty
        ranges.append((follows ? ranges.removeLast().lowerBound : offset)..<(offset + 1))
        timestamp = messages[index].item.timestamp
      }
      for offset in known.filter({ $0 > last }).sorted() {
        let follows = ranges.last?.upperBound == offset
        ranges.append((follows ? ranges.removeLast().lowerBound : offset)..<(offset + 1))
        timestamp = knownTimestamp
      }
      return CommitPosition(
        offset: first.map { messages[$0].item.offset } ?? last + 1,
        completed: CompletedOffsets(ranges, timestamp: timestamp))
    }

    func status(lanePaused: Bool) -> PartitionStatus {
      let oldest = messages.first { $0.isHeld }
      return PartitionStatus(
        oldestUnfinished: oldest.map {
          .init(
            offset: $0.item.offset, receivedAt: $0.item.receivedAt, timestamp: $0.item.timestamp,
            stage: $0.state == .inFlight ? .inFlight : $0.isDue ? .queued : .waiting)
        },
        buffered: held - inFlight - waiting, waiting: waiting, inFlight: inFlight, paused: paused,
        lanePaused: lanePaused, draining: draining)
    }
  }

  /// A job that was handed out, and the assignment it came from.
  struct Running {
    let job: Core.Job
    let assignment: Int
  }

  let configuration: WorkerCoreConfiguration
  var assignments: [Int32: Assignment] = [:]
  var running: [Running] = []
  var pausedLanes: Set<Int> = []
  private var lastAssignment = 0

  init(configuration: WorkerCoreConfiguration) { self.configuration = configuration }

  /// Partitions 0 and 1 of two topics; those of the second, 2 and 3, are in lane 1.
  static let numbers: [Int32] = [0, 1, 2, 3]

  static func id(_ number: Int32) -> TopicPartitionID {
    TopicPartitionID(topic: number < 2 ? "queries" : "backfill", partition: number % 2)
  }

  static func number(of id: TopicPartitionID) -> Int32 {
    id.partition + (id.topic == "queries" ? 0 : 2)
  }

  static func lane(of number: Int32) -> Int { number < 2 ? 0 : 1 }

  /// Bytes that a partition may hold.
  var bytesEach: Int { configuration.maxBufferedBytes / max(1, assignments.count) }

  /// Keys in flight in the other topic's partition of the same number.
  private func keysInFlight(beside number: Int32) -> [[UInt8]] {
    let messages = assignments[(number + 2) % 4]?.messages ?? []
    return messages.filter { $0.state == .inFlight }.compactMap(\.item.key)
  }

  mutating func advance(to now: ContinuousClock.Instant) {
    for number in Self.numbers {
      guard var assignment = assignments.removeValue(forKey: number) else { continue }
      for index in assignment.messages.indices
      where assignment.messages[index].isHeld && !assignment.messages[index].isDue {
        if let time = assignment.messages[index].item.notBefore, time > now { break }
        assignment.messages[index].isDue = true
      }
      assignments[number] = assignment
    }
  }

  mutating func assign(_ number: Int32, completed: CompletedOffsets?) {
    lastAssignment += 1
    var assignment = Assignment(id: lastAssignment)
    assignment.known = Set((completed?.ranges ?? []).flatMap { $0 })
    assignment.knownTimestamp = completed?.timestamp ?? -1
    assignments[number] = assignment
  }

  /// Whether the assignment a job came from still stands.
  func isCurrent(_ running: Running) -> Bool {
    assignments[Self.number(of: running.job.partition)]?.id == running.assignment
  }

  func inFlight(current: Bool) -> Int {
    running.filter { isCurrent($0) == current }.reduce(0) { $0 + $1.job.items.count }
  }

  /// Free places, and how many of them are not kept for the first lane.
  private var room: (all: Int, shared: Int) {
    let free = configuration.maxInFlight - running.reduce(0) { $0 + $1.job.items.count }
    return (free, free - configuration.reserved)
  }

  /// Whether all that is free is kept for the first lane.
  var isTight: Bool { room.shared <= 0 }

  /// The offsets that the next job of a partition must have, empty if it may not run. A job of the second lane also
  /// has to be owed while `isTight`.
  func nextOffsets(_ number: Int32) -> [Int64] {
    guard let assignment = assignments[number], !assignment.draining,
      !pausedLanes.contains(Self.lane(of: number))
    else { return [] }
    guard room.all > 0 else { return [] }
    let room = min(
      Self.lane(of: number) == 0 ? room.all : max(1, room.shared),
      configuration.maxInFlightPerPartition - assignment.inFlight, configuration.maxBatch)
    guard room > 0 else { return [] }
    let oldest = assignment.messages.first { $0.state != .done }?.item.offset ?? 0
    let end = oldest + Int64(configuration.maxSpan)
    switch configuration.ordering {
    case .none:
      return assignment.messages.first { $0.state == .buffered && $0.isDue }.map {
        [$0.item.offset]
      }?
      .filter { $0 < end } ?? []
    case .partition:
      guard assignment.inFlight == 0 else { return [] }
      return assignment.messages.filter { $0.state == .buffered && $0.isDue }
        .map(\.item.offset).filter { $0 < end }.prefix(room).map { $0 }
    case .key:
      var busy = keysInFlight(beside: number)
      for message in assignment.messages where message.isHeld && message.isDue {
        let isFree = message.item.key.map { !busy.contains($0) } ?? true
        if isFree, message.state == .buffered {
          return message.item.offset < end ? [message.item.offset] : []
        }
        if let key = message.item.key { busy.append(key) }
      }
      return []
    }
  }

  /// Whether messages wait because the oldest unfinished one is too far below them.
  func waitsForSpan(_ number: Int32) -> Bool {
    guard let messages = assignments[number]?.messages,
      let oldest = messages.first(where: { $0.state != .done })?.item.offset
    else { return false }
    return messages.contains {
      $0.state == .buffered && $0.isDue && $0.item.offset - oldest >= Int64(configuration.maxSpan)
    }
  }

  /// Whether a message waits only for its key in the other topic.
  func waitsForKey(_ number: Int32) -> Bool {
    guard configuration.ordering == .key, let messages = assignments[number]?.messages else {
      return false
    }
    let busy = keysInFlight(beside: number)
    return messages.contains { message in
      message.state == .buffered && message.isDue
        && message.item.key.map { busy.contains($0) } ?? false
    }
  }

  mutating func receive(_ item: Core.Item) {
    let number = Self.number(of: item.partition)
    guard let assignment = assignments[number], !assignment.draining else { return }
    guard assignment.messages.allSatisfy({ $0.item.offset < item.offset }) else { return }
    let isDone = assignment.known.contains(item.offset)
    let isDue = assignment.waiting == 0 && (item.notBefore ?? item.receivedAt) <= item.receivedAt
    assignments[number]?.messages.append(
      Message(item: item, state: isDone ? .done : .buffered, isDue: isDone || isDue))
  }

  mutating func set(_ state: State, _ offsets: [Int64], of number: Int32) {
    guard var assignment = assignments.removeValue(forKey: number) else { return }
    for index in assignment.messages.indices
    where offsets.contains(assignment.messages[index].item.offset) {
      assignment.messages[index].state = state
    }
    assignments[number] = assignment
  }
}
