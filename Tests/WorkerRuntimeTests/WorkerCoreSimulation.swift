import TestSupport

@testable import WorkerRuntime

/// Drives a core and its model through the same random events and compares every answer.
struct WorkerCoreSimulation {
  /// What happened, so that a test can tell that it saw every kind of event.
  enum Event: String, CaseIterable {
    case job, batch, stale, pause, resume, drain, drop, commit, commitFailure, known, span
  }

  private(set) var events: [Event: Int] = [:]

  private static let numbers: [Int32] = [0, 1, 2, 3]

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

  init(ordering: Ordering, random: SeededGenerator) throws {
    self.random = random
    let maxInFlight = 1 + self.random.below(10)
    let perPartition = 1 + self.random.below(maxInFlight)
    let pauseAbove = 1 + self.random.below(12)
    let configuration = try WorkerCoreConfiguration(
      ordering: ordering, maxInFlight: maxInFlight, maxInFlightPerPartition: perPartition,
      pauseAbove: pauseAbove, resumeAtOrBelow: self.random.below(pauseAbove),
      maxBatch: ordering == .partition ? 1 + self.random.below(perPartition) : 1,
      maxSpan: self.random.oneIn(2) ? 1 + self.random.below(12) : CompletedOffsets.maxSpan)
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
    case 94..<98: assign()
    default: try compareState()
    }
  }

  /// Runs what is left to its end: every message of a partition still assigned must be done.
  mutating func finish() throws(Violation) {
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
          partition: partition(number), offset: offset, key: key == 0 ? nil : [UInt8(key)],
          payload: random.below(1 << 20), receivedAt: clock, timestamp: offset * 10))
    }
    for item in items { model.receive(item) }
    var expected: Set<TopicPartitionID> = []
    for (number, assignment) in model.assignments
    where !assignment.draining && !assignment.paused
      && assignment.held > model.configuration.pauseAbove
    {
      model.assignments[number]?.paused = true
      events[.pause, default: 0] += 1
      expected.insert(partition(number))
    }
    let paused = core.receive(items)
    try require(
      Set(paused) == expected && paused.count == expected.count,
      "paused \(paused), expected \(expected)")
  }

  @discardableResult
  private mutating func nextJob() throws(Violation) -> Bool {
    let expected = Self.numbers.map { model.nextOffsets($0) }
    if Self.numbers.contains(where: { model.waitsForSpan($0) }) { events[.span, default: 0] += 1 }
    guard let job = core.nextJob() else {
      try require(expected.allSatisfy { $0.isEmpty }, "no job, expected one of \(expected)")
      return false
    }
    let number = job.partition.partition
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
    model.set(.inFlight, offsets, of: number)
    events[offsets.count > 1 ? .batch : .job, default: 0] += 1
    model.running.append(.init(job: job, assignment: assignment.id))
    return true
  }

  /// No partition that may run sees another one run twice before it.
  private mutating func checkTurns(ran: Int32, _ expected: [[Int64]]) throws(Violation) {
    model.assignments[ran]?.passedBy = []
    for number in Self.numbers where number != ran && !expected[Int(number)].isEmpty {
      let isFirst = model.assignments[number]?.passedBy.insert(ran).inserted ?? true
      try require(isFirst, "\(ran) ran twice while \(number) waited")
    }
  }

  private mutating func complete(_ index: Int) throws(Violation) {
    let running = model.running[index]
    let job = running.job
    let number = job.partition.partition
    let isCurrent = model.isCurrent(running)
    try require(core.isCurrent(job) == isCurrent, "isCurrent of \(job)")
    model.running.remove(at: index)
    completed.append(job)

    var expected = Core.Completion()
    expected.stale = !isCurrent
    if isCurrent {
      model.set(.done, job.items.map(\.offset), of: number)
      if let after = model.assignments[number] {
        if after.paused, !after.draining, after.held <= model.configuration.resumeAtOrBelow {
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
    let completion = core.complete(job)
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
      core.assign([partition(number)], completed: known.map { [partition(number): $0] } ?? [:])
      nextOffset[number] = position.offset
    } else {
      model.assign(number, completed: nil)
      core.assign([partition(number)])
      nextOffset[number] = max(0, nextOffset[number, default: 0] - Int64(random.below(5)))
    }
  }

  private mutating func beginDrain() throws(Violation) {
    let numbers: [Int32] = [0, 1, 2, 3].filter { _ in random.oneIn(3) }
    var expected: [TopicPartitionID] = []
    for number in numbers {
      let inFlight = model.assignments[number]?.inFlight ?? 0
      if inFlight == 0 { expected.append(partition(number)) }
      guard let assignment = model.assignments[number], !assignment.draining else { continue }
      let dropped = assignment.messages.filter { $0.state == .buffered }.map(\.item.offset)
      model.set(.dropped, dropped, of: number)
      events[.drop, default: 0] += dropped.count
      model.assignments[number]?.draining = true
      if inFlight == 0 { model.assignments[number]?.drainReports += 1 }
    }
    let drained = core.beginDrain(numbers.map { partition($0) })
    try require(drained == expected, "drained \(drained), expected \(expected)")
  }

  private mutating func release() throws(Violation) {
    let number = anyNumber()
    guard model.assignments[number]?.draining == true || random.oneIn(4) else { return }
    if !random.oneIn(4) { try commits() }
    model.assignments[number] = nil
    core.release([partition(number)])
  }

  // MARK: Commits and state

  private mutating func commits() throws(Violation) {
    let expected = expectedCommits()
    for (partition, position) in expected {
      model.assignments[partition.partition]?.lastTaken = position
      committed[partition.partition] = position
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
        expected[partition(number)] = position
      }
    }
    return expected
  }

  private mutating func commitFailed() {
    guard !taken.isEmpty else { return }
    let failed = taken[random.below(taken.count)]
    for (partition, position) in failed
    where model.assignments[partition.partition]?.lastTaken == position {
      model.assignments[partition.partition]?.lastTaken = nil
      events[.commitFailure, default: 0] += 1
    }
    core.commitFailed(failed)
  }

  private func compareState() throws(Violation) {
    for number in Self.numbers {
      let status = core.status(of: partition(number))
      let expected = model.assignments[number]?.status
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

  private mutating func anyNumber() -> Int32 { Self.numbers[random.below(Self.numbers.count)] }
}
