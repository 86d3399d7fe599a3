import TestSupport

@testable import WorkerRuntime

/// Drives a core and its model through the same random events and compares every answer.
struct WorkerCoreSimulation {
  private typealias Model = WorkerCoreModel

  /// What happened, so that a test can tell that it saw every kind of event.
  enum Event: String, CaseIterable {
    case job, batch, stale, pause, resume, drain, drop, commit, commitFailure, known, span
    case gated, due, abandoned, yielded, owed, kept, pausedLane, putBack
  }

  private(set) var events: [Event: Int] = [:]

  private var core: Core
  private var model: WorkerCoreModel
  private var random: SeededGenerator
  private var nextOffset: [Int32: Int64] = [:]
  private var completed: [Core.Job] = []
  private var taken: [[TopicPartitionID: CommitPosition]] = []
  /// What was committed last of each partition, as a new owner finds it.
  private var committed: [Int32: CommitPosition] = [:]
  private var epochs: Set<Int> = []
  private var clock = start
  /// Jobs of the first lane that ran in a row while the second could.
  private var waited = 0
  /// Hundredths of a job that the second lane took from the first, above its share.
  private var taken1 = 0
  /// The same of what is kept for the first, which is taken only where it is owed.
  private var takenKept = 0

  init(ordering: Ordering, random: SeededGenerator) throws {
    self.random = random
    let maxInFlight = 1 + self.random.below(10)
    let perPartition = 1 + self.random.below(maxInFlight)
    let pauseAbove = 1 + self.random.below(12)
    let configuration = try WorkerCoreConfiguration(
      ordering: ordering, maxInFlight: maxInFlight, maxInFlightPerPartition: perPartition,
      pauseAbove: pauseAbove, resumeAtOrBelow: self.random.below(pauseAbove),
      maxBatch: ordering == .partition ? 1 + self.random.below(perPartition) : 1,
      maxSpan: self.random.oneIn(2) ? 1 + self.random.below(12) : CompletedOffsets.maxSpan,
      maxBufferedBytes: self.random.oneIn(2) ? 1 + self.random.below(60) : .max,
      lanes: [.init(topics: ["backfill"], share: [1, 10, 30, 50, 99][self.random.below(5)])],
      reserved: self.random.oneIn(2) ? self.random.below(maxInFlight) : 0)
    core = Core(configuration: configuration)
    model = WorkerCoreModel(configuration: configuration)
  }

  /// One random event.
  mutating func step() throws(Violation) {
    switch random.below(100) {
    case 0..<20: try receive()
    case 20..<55: try nextJob()
    case 55..<85: if !model.running.isEmpty { try complete(random.below(model.running.count)) }
    case 85..<87: try completeAgain()
    case 87..<90: try commits()
    case 90..<91: commitFailed()
    case 91..<92: try beginDrain()
    case 92..<94: try release()
    case 94..<97: assign()
    case 97: advance()
    case 98: pauseLane()
    default: try compareState()
    }
  }

  /// Runs what is left to its end: every message of a partition still assigned must be done.
  mutating func finish() throws(Violation) {
    clock += .seconds(3_600)
    model.advance(to: clock)
    core.advance(to: clock)
    for lane in [0, 1] { core.setPaused(false, lane: lane) }
    model.pausedLanes = []
    while try nextJob() || !model.running.isEmpty {
      if !model.running.isEmpty { try complete(random.below(model.running.count)) }
    }
    try compareState()
    try commits()
    for (number, assignment) in model.assignments {
      let leftOver = assignment.messages.count { $0.state != .done }
      try require(
        leftOver == 0 || assignment.draining, "\(leftOver) messages of \(number) never ran")
      try require(assignment.drainReports == (assignment.draining ? 1 : 0), "drain of \(number)")
    }
    try require(core.inFlight == 0 && core.staleInFlight == 0, "in flight at the end")
  }

  // MARK: Messages

  private mutating func receive() throws(Violation) {
    var items: [Core.Item] = []
    for _ in 0...random.below(5) {
      let number = anyNumber()
      if model.assignments[number]?.paused == true, !random.oneIn(8) { continue }
      clock += .milliseconds(1)
      let next = nextOffset[number, default: 0]
      let offset = random.oneIn(20) ? max(0, next - 1 - Int64(random.below(4))) : next
      nextOffset[number] = max(next, offset + 1 + (random.oneIn(5) ? 2 : 0))
      let key = random.below(6)
      items.append(
        Core.Item(
          partition: Model.id(number), offset: offset, key: key == 0 ? nil : [UInt8(key)],
          payload: random.below(1 << 20), receivedAt: clock, timestamp: offset * 10,
          notBefore: random.oneIn(6) ? clock + .milliseconds(random.below(40)) : nil,
          bytes: random.below(8)))
    }
    for item in items { model.receive(item) }
    var expected: Set<TopicPartitionID> = []
    for (number, assignment) in model.assignments
    where !assignment.draining && !assignment.paused
      && items.contains(where: { $0.partition == Model.id(number) })
      && (assignment.held > model.configuration.pauseAbove || assignment.bytes > model.bytesEach)
    {
      model.assignments[number]?.paused = true
      events[.pause, default: 0] += 1
      expected.insert(Model.id(number))
    }
    let paused = core.receive(items)
    try require(
      Set(paused) == expected && paused.count == expected.count,
      "paused \(paused), expected \(expected)")
  }

  @discardableResult
  private mutating func nextJob() throws(Violation) -> Bool {
    let expected = Model.numbers.map { model.nextOffsets($0) }
    if Model.numbers.contains(where: { model.waitsForSpan($0) }) { events[.span, default: 0] += 1 }
    if Model.numbers.contains(where: { model.waitsForKey($0) }) { events[.gated, default: 0] += 1 }
    guard let job = core.nextJob() else {
      let isKept = Model.numbers.allSatisfy {
        expected[Int($0)].isEmpty || model.isTight && Model.lane(of: $0) == 1
      }
      try require(isKept, "no job, expected one of \(expected)")
      // None could run now, so none was passed by.
      for number in Model.numbers { model.assignments[number]?.passedBy = [] }
      return false
    }
    let number = Model.number(of: job.partition)
    let offsets = job.items.map(\.offset)
    try require(
      !offsets.isEmpty && offsets == expected[Int(number)],
      "\(job.partition) ran \(offsets), expected \(expected[Int(number)])")
    guard let assignment = model.assignments[number] else { return true }
    for item in job.items {
      let sent = assignment.messages.first { $0.item.offset == item.offset }?.item
      try require(
        sent?.payload == item.payload && sent?.key == item.key && sent?.partition == item.partition,
        "\(job.partition) at \(item.offset) is not what was received")
    }
    let isNewEpoch = epochs.insert(job.epoch).inserted
    try require(
      assignment.epoch.map { $0 == job.epoch } ?? isNewEpoch, "epoch \(job.epoch) is not its own")
    model.assignments[number]?.epoch = job.epoch
    try checkTurns(ran: number, expected)
    try checkLanes(ran: number, expected)
    model.set(.inFlight, offsets, of: number)
    events[offsets.count > 1 ? .batch : .job, default: 0] += 1
    model.running.append(.init(job: job, assignment: assignment.id))
    return true
  }

  /// No partition that may run sees another one run twice before it.
  private mutating func checkTurns(ran: Int32, _ expected: [[Int64]]) throws(Violation) {
    model.assignments[ran]?.passedBy = []
    for number in Model.numbers where number != ran {
      if expected[Int(number)].isEmpty { model.assignments[number]?.passedBy = [] }
      guard !expected[Int(number)].isEmpty, Model.lane(of: number) == Model.lane(of: ran) else {
        continue
      }
      let isFirst = model.assignments[number]?.passedBy.insert(ran).inserted ?? true
      try require(isFirst, "\(ran) ran twice while \(number) waited")
    }
  }

  /// A lane that may run waits for no more jobs of the first than its share allows, and takes no more than its share
  /// while the first may run, but for what is owed to it.
  private mutating func checkLanes(ran: Int32, _ expected: [[Int64]]) throws(Violation) {
    let share = model.configuration.lanes[0].share
    let first = Model.lane(of: ran) == 0
    let other = Model.numbers.contains {
      !expected[Int($0)].isEmpty && Model.lane(of: $0) != Model.lane(of: ran)
    }
    if first {
      waited = other ? waited + 1 : 0
      if other { events[.yielded, default: 0] += 1 }
      try require(waited <= (99 + share) / share, "lane 1 waits for \(waited) jobs")
      taken1 = max(0, taken1 - share)
      takenKept = max(0, takenKept - share)
    } else {
      if model.isTight {
        events[.kept, default: 0] += 1
        takenKept += 100 - share
        try require(takenKept <= 200, "lane 1 took \(takenKept) hundredths of what is kept")
      }
      waited = 0
      taken1 = other ? taken1 + 100 - share : 0
      if other { events[.owed, default: 0] += 1 }
      try require(taken1 <= 200, "lane 1 took \(taken1) hundredths of a job that are lane 0's")
    }
  }

  private mutating func complete(_ index: Int) throws(Violation) {
    let running = model.running[index]
    let job = running.job
    let number = Model.number(of: job.partition)
    let isCurrent = model.isCurrent(running)
    try require(core.isCurrent(job) == isCurrent, "isCurrent of \(job)")
    let isAbandoned =
      isCurrent && model.assignments[number]?.draining == true && random.oneIn(4)
    let isPutBack = !isAbandoned && isCurrent && random.oneIn(10)
    model.running.remove(at: index)
    // One that is put back is handed out again, and its next completion is a first one.
    if !isPutBack { completed.append(job) }

    var expected = Core.Completion()
    expected.stale = !isCurrent
    if isCurrent {
      let isDraining = model.assignments[number]?.draining == true
      model.set(
        isPutBack && !isDraining ? .buffered : isAbandoned || isPutBack ? .dropped : .done,
        job.items.map(\.offset), of: number)
      if let after = model.assignments[number] {
        if after.paused, !after.draining, after.held <= model.configuration.resumeAtOrBelow,
          after.bytes <= model.bytesEach / 2
        {
          model.assignments[number]?.paused = false
          expected.resume = [job.partition]
          events[.resume, default: 0] += 1
        }
        if after.draining, after.inFlight == 0 {
          model.assignments[number]?.drainReports += 1
          expected.drained = [job.partition]
          events[.drain, default: 0] += 1
        }
      }
    }
    let completion =
      isAbandoned ? core.abandon(job) : isPutBack ? core.putBack(job) : core.complete(job)
    if isPutBack { events[.putBack, default: 0] += 1 }
    if isAbandoned { events[.abandoned, default: 0] += 1 }
    try require(completion == expected, "\(completion), expected \(expected)")
    if !isCurrent {
      events[.stale, default: 0] += 1
      try compareState()
    }
  }

  private mutating func completeAgain() throws(Violation) {
    guard !completed.isEmpty else { return }
    let completion = core.complete(completed[random.below(completed.count)])
    try require(completion == Core.Completion(stale: true), "a second completion counted")
    try compareState()
  }

  // MARK: Time and lanes

  private mutating func advance() {
    clock += .milliseconds(random.below(30))
    let before = model.assignments.values.reduce(0) { $0 + $1.waiting }
    model.advance(to: clock)
    core.advance(to: clock)
    let after = model.assignments.values.reduce(0) { $0 + $1.waiting }
    events[.due, default: 0] += before - after
  }

  private mutating func pauseLane() {
    let lane = random.below(2)
    let paused = random.oneIn(6)
    core.setPaused(paused, lane: lane)
    if paused {
      model.pausedLanes.insert(lane)
      events[.pausedLane, default: 0] += 1
    } else {
      model.pausedLanes.remove(lane)
    }
  }

  // MARK: Assignment

  private mutating func assign() {
    let number = anyNumber()
    if model.assignments[number] != nil, !random.oneIn(10) { return }
    // Most new owners find the last commit and honour its metadata; the others start at an older offset, as
    // after a commit that came too late.
    if !random.oneIn(4), let position = committed[number] {
      let known = position.completed
      if known != nil { events[.known, default: 0] += 1 }
      model.assign(number, completed: known)
      core.assign([Model.id(number)], completed: known.map { [Model.id(number): $0] } ?? [:])
      nextOffset[number] = position.offset
    } else {
      model.assign(number, completed: nil)
      core.assign([Model.id(number)])
      nextOffset[number] = max(0, nextOffset[number, default: 0] - Int64(random.below(5)))
    }
  }

  private mutating func beginDrain() throws(Violation) {
    let numbers = Model.numbers.filter { _ in random.oneIn(3) }
    var expected: [TopicPartitionID] = []
    for number in numbers {
      let inFlight = model.assignments[number]?.inFlight ?? 0
      if inFlight == 0 { expected.append(Model.id(number)) }
      guard let assignment = model.assignments[number], !assignment.draining else { continue }
      let dropped = assignment.messages.filter { $0.state == .buffered }.map(\.item.offset)
      model.set(.dropped, dropped, of: number)
      events[.drop, default: 0] += dropped.count
      model.assignments[number]?.draining = true
      if inFlight == 0 { model.assignments[number]?.drainReports += 1 }
    }
    let drained = core.beginDrain(numbers.map { Model.id($0) })
    try require(drained == expected, "drained \(drained), expected \(expected)")
  }

  private mutating func release() throws(Violation) {
    let number = anyNumber()
    guard model.assignments[number]?.draining == true || random.oneIn(4) else { return }
    if !random.oneIn(4) { try commits() }
    model.assignments[number] = nil
    core.release([Model.id(number)])
  }

  // MARK: Commits and state

  private mutating func commits() throws(Violation) {
    let expected = expectedCommits()
    for (partition, position) in expected {
      model.assignments[Model.number(of: partition)]?.lastTaken = position
      committed[Model.number(of: partition)] = position
    }
    let commits = core.commits()
    try require(commits == expected, "commits \(commits), expected \(expected)")
    taken.append(commits)
    events[.commit, default: 0] += commits.count
  }

  private func expectedCommits() -> [TopicPartitionID: CommitPosition] {
    var expected: [TopicPartitionID: CommitPosition] = [:]
    for (number, assignment) in model.assignments {
      if let position = assignment.position, position != assignment.lastTaken {
        expected[Model.id(number)] = position
      }
    }
    return expected
  }

  private mutating func commitFailed() {
    guard !taken.isEmpty else { return }
    let failed = taken[random.below(taken.count)]
    for (partition, position) in failed
    where model.assignments[Model.number(of: partition)]?.lastTaken == position {
      model.assignments[Model.number(of: partition)]?.lastTaken = nil
      events[.commitFailure, default: 0] += 1
    }
    core.commitFailed(failed)
  }

  private func compareState() throws(Violation) {
    for number in Model.numbers {
      let status = core.status(of: Model.id(number))
      let expected = model.assignments[number]?.status(
        lanePaused: model.pausedLanes.contains(Model.lane(of: number)))
      try require(
        status == expected,
        "\(number) is \(String(describing: status)), not \(String(describing: expected))")
    }
    try require(core.inFlight == model.inFlight(current: true), "inFlight \(core.inFlight)")
    try require(core.staleInFlight == model.inFlight(current: false), "\(core.staleInFlight) stale")
    try require(core.partitions.count == model.assignments.count, "\(core.partitions)")
    var copy = core
    try require(copy.commits() == expectedCommits(), "positions are not the model's")
  }

  private mutating func anyNumber() -> Int32 { Model.numbers[random.below(Model.numbers.count)] }
}
