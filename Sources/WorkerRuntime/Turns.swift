import DequeModule

/// Whose turn it is: lanes by priority and share, and within a lane each epoch once, in turn.
struct Turns: Sendable {
  private struct Lane {
    var queue: Deque<Int> = []
    let share: Int
    /// Hundredths of a job that the lane is owed.
    var credit = 0
    var isPaused = false

    var hasWork: Bool { !isPaused && !queue.isEmpty }

    /// The credit after another job began: bounded, as a lane whose keys are all in flight elsewhere has work and
    /// cannot use its turns.
    var earned: Int { hasWork ? min(max(0, credit + share), 199) : 0 }
  }

  private var lanes: [Lane]

  /// - Parameter shares: of each lane after the first, in percent of the jobs.
  init(shares: [Int]) {
    lanes = ([0] + shares).map { Lane(share: $0) }
  }

  mutating func append(_ epoch: Int, lane: Int) { lanes[lane].queue.append(epoch) }

  mutating func remove(_ epoch: Int) {
    for index in lanes.indices { lanes[index].queue.removeAll { $0 == epoch } }
  }

  mutating func setPaused(_ paused: Bool, lane: Int) { lanes[lane].isPaused = paused }

  func isPaused(lane: Int) -> Bool { lanes[lane].isPaused }

  /// Takes the epoch whose turn it is: of a lane that is owed a job, else of the first that has work.
  ///
  /// - Parameter firstOnly: Whether lanes after the first get no more than they are owed.
  mutating func next(firstOnly: Bool = false) -> Int? {
    let owed = lanes.indices.first { lanes[$0].hasWork && lanes[$0].credit >= 100 }
    let free = firstOnly ? lanes.indices.prefix(1) : lanes.indices[...]
    guard let lane = owed ?? free.first(where: { lanes[$0].hasWork }) else { return nil }
    return lanes[lane].queue.popFirst()
  }

  /// Takes note that a job of the lane ran. A lane without work earns nothing: what it did not need is not
  /// owed to it later.
  mutating func ran(lane: Int) {
    for index in lanes.indices {
      if index == lane { lanes[index].credit -= 100 }
      lanes[index].credit = lanes[index].earned
    }
  }
}
