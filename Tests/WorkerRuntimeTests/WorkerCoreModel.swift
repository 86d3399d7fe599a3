@testable import WorkerRuntime

/// What a `WorkerCore` must do, written with plain arrays and scans.
struct WorkerCoreModel {
  enum State { case buffered, inFlight, done, dropped }

  struct Message {
    let item: Core.Item
    var state = State.buffered

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
    var lastTaken: Int64?
    /// Partitions that ran a job while this one could have.
    var passedBy: Set<Int32> = []

    var held: Int { messages.count { $0.isHeld } }
    var inFlight: Int { messages.count { $0.state == .inFlight } }

    var position: Int64? {
      messages.first { $0.state != .done }?.item.offset
        ?? messages.last.map { $0.item.offset + 1 }
    }

    var status: PartitionStatus? {
      let oldest = messages.first { $0.isHeld }?.item
      return PartitionStatus(
        oldestUnfinished: oldest.map { .init(offset: $0.offset, receivedAt: $0.receivedAt) },
        buffered: held - inFlight, inFlight: inFlight, paused: paused, draining: draining)
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
  private var lastAssignment = 0

  init(configuration: WorkerCoreConfiguration) { self.configuration = configuration }

  mutating func assign(_ number: Int32) {
    lastAssignment += 1
    assignments[number] = Assignment(id: lastAssignment)
  }

  /// Whether the assignment a job came from still stands.
  func isCurrent(_ running: Running) -> Bool {
    assignments[running.job.partition.partition]?.id == running.assignment
  }

  func inFlight(current: Bool) -> Int {
    running.filter { isCurrent($0) == current }.reduce(0) { $0 + $1.job.items.count }
  }

  /// The offsets that the next job of a partition must have, empty if it may not run.
  func nextOffsets(_ number: Int32) -> [Int64] {
    guard let assignment = assignments[number], !assignment.draining else { return [] }
    let all = running.reduce(0) { $0 + $1.job.items.count }
    let room = min(
      configuration.maxInFlight - all,
      configuration.maxInFlightPerPartition - assignment.inFlight, configuration.maxBatch)
    guard room > 0 else { return [] }
    switch configuration.ordering {
    case .none:
      return assignment.messages.first { $0.state == .buffered }.map { [$0.item.offset] } ?? []
    case .partition:
      guard assignment.inFlight == 0 else { return [] }
      return assignment.messages.filter { $0.state == .buffered }.prefix(room).map(\.item.offset)
    case .key:
      var busy: [[UInt8]] = []
      for message in assignment.messages where message.isHeld {
        let isFree = message.item.key.map { !busy.contains($0) } ?? true
        if isFree, message.state == .buffered { return [message.item.offset] }
        if let key = message.item.key { busy.append(key) }
      }
      return []
    }
  }

  mutating func receive(_ item: Core.Item) {
    let number = item.partition.partition
    guard let assignment = assignments[number], !assignment.draining else { return }
    guard assignment.messages.allSatisfy({ $0.item.offset < item.offset }) else { return }
    assignments[number]?.messages.append(Message(item: item))
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
