import Foundation
import HighlightsProtocol
import Kafka
import Logging

/// One process's work on one job.
final class ReplaySession {
  /// Why it ended before all was published, on purpose.
  private enum Stop: Error {
    case paused(String)
    case cancelled(String)
  }

  private let owner: ReplayRun
  private let state: ReplayJobState
  private let target: ReplayTarget
  private let orders: ReplayOrders
  private let recorder: ReplayRecorder
  private let selection: ReplaySelection
  private let publisher: ReplayPublisher
  private var pace: Pace
  private var gate: LagGate?

  private var phase = ReplayProgressReport.Phase.facts
  private var done = 0
  private var total = 0
  private var isWaiting = false
  private var counts: ReplayCounts

  init(
    _ run: ReplayRun, state: ReplayJobState, keys: [KeyDigest], target: ReplayTarget,
    orders: ReplayOrders
  ) {
    owner = run
    self.state = state
    self.target = target
    self.orders = orders
    recorder = ReplayRecorder(state, log: run.log)
    let batch = Int(state.spec.batch)
    selection = ReplaySelection(
      job: state, keys: keys, client: run.client, logger: run.logger,
      stepSize: min(1_000, batch / 2))
    publisher = ReplayPublisher(target, recorder: recorder, batch: batch)
    pace = Pace(rate: state.spec.rate, now: .now)
    counts = state.counts
  }

  func run() async throws -> ReplayJobState {
    let result: Result<Void, any Error>
    do {
      if state.spec.maxInFlight > 0, !state.spec.target.isEmpty {
        gate = try LagGate(
          client: owner.client, topic: state.spec.target, group: owner.lagGroup,
          limit: Int(clamping: state.spec.maxInFlight), logger: owner.logger)
      }
      try await replay()
      result = .success(())
    } catch {
      result = .failure(error)
    }
    await gate?.close()
    return try await conclude(result)
  }

  private func conclude(_ result: Result<Void, any Error>) async throws -> ReplayJobState {
    do {
      do { try result.get() } catch is Stop {
        // What is published is recorded first, so that whoever resumes repeats nothing.
        try await publisher.end()
        try result.get()
      } catch is CancellationError {
        try await publisher.end()
        throw CancellationError()
      }
      try await record(.done, "")
    } catch Stop.paused(let reason) {
      try await record(.paused, reason)
    } catch Stop.cancelled(let reason) {
      try await record(.cancelled, reason)
    } catch is CancellationError {
      try await record(.paused, "interrupted")
      throw CancellationError()
    } catch {
      if case ReplayError.takenOver = error { throw error }
      // Best effort: the cause may be that nothing can be written.
      try? await record(.failed, "\(error)")
      throw error
    }
    return await recorder.state
  }

  private func record(_ status: ReplayJobState.Status, _ reason: String) async throws {
    let spent = owner.spent()
    try await recorder.record { state in
      state.status = status
      state.reason = reason
      state.take(spent)
    }
    report(isLast: true)
  }

  private func replay() async throws {
    total = selection.factCount
    let facts = try await selection.facts { [self] in try await tick($0) }
    let filter = selection.filter(facts)
    if state.spec.every {
      begin(.publishing, total: selection.offsetCount)
      try await selection.every(filter, target.item) { [self] in try await publish($0) }
    } else {
      begin(.choosing, total: selection.offsetCount)
      let (chosen, found) = try await selection.choose(filter, facts) { [self] in
        try await tick($0)
      }
      try await takeCounts(found)
      begin(.publishing, total: chosen.count, done: Int(counts.published))
      if state.spec.order == .traffic {
        try await selection.inOrderOfTraffic(chosen, facts, target.item) { [self] in
          try await publish($0)
        }
      } else {
        try await selection.inOrderOfOffsets(chosen, target.item) { [self] in
          try await publish($0)
        }
      }
    }
    try await publisher.end()
  }

  /// What the first reading counted replaces what an earlier one did.
  private func takeCounts(_ found: ReplayCounts) async throws {
    var sum = found
    sum.published = counts.published
    sum.deleted = counts.deleted
    counts = sum
    try await recorder.record { [sum] in $0.counts = sum }
  }

  // MARK: Publishing

  private func publish(_ step: ReplaySelection.Step) async throws {
    var begin = 0
    while begin < step.items.count {
      try await tick(0)
      try await publisher.turn()
      let count = try await allowance(step.items.count - begin)
      guard count > 0 else { continue }
      let part = begin..<begin + count
      try await publisher.publish(step.items[part])
      publisher.reach { reached in
        if !step.places.isEmpty { reached.place = step.places[part.upperBound - 1] }
        guard step.places.isEmpty else { return }
        for item in step.items[part] { reached.next[item.partition] = item.offset + 1 }
      }
      begin = part.upperBound
      counts.published += UInt64(count)
      if !state.spec.every { done += count }
    }
    counts.add(step.counts)
    publisher.reach { reached in
      reached.next.merge(step.next) { max($0, $1) }
      reached.counts.add(step.counts)
    }
    if state.spec.every { done += Int(step.counts.read) }
    try await tick(0)
    try await publisher.turn()
  }

  /// How many may go now; 0 after having waited, at most for a second.
  private func allowance(_ wanted: Int) async throws -> Int {
    var wanted = min(wanted, publisher.room)
    if let gate {
      let room = await gate.room()
      isWaiting = room == 0
      guard room > 0 else {
        try await Task.sleep(for: .milliseconds(500))
        return 0
      }
      wanted = min(wanted, room)
    }
    let taken = pace.take(wanted, now: .now)
    if taken == 0 { try await Task.sleep(for: pace.wait) }
    gate?.use(taken)
    return taken
  }

  // MARK: Now and then

  private func begin(_ phase: ReplayProgressReport.Phase, total: Int, done: Int = 0) {
    (self.phase, self.total, self.done) = (phase, total, done)
    report()
  }

  /// Obeys what was asked, and says that the job is worked on.
  private func tick(_ passed: Int) async throws {
    done += passed
    switch orders.current {
    case .pause(let reason): throw Stop.paused(reason)
    case .cancel(let reason): throw Stop.cancelled(reason)
    case .takenOver(let runner): throw ReplayError.takenOver(state.id, by: runner)
    case nil: break
    }
    try Task.checkCancellation()
    let spent = owner.spent()
    try await recorder.beat(after: .seconds(5)) { $0.take(spent) }
    report()
  }

  private func report(isLast: Bool = false) {
    owner.onProgress(
      ReplayProgressReport(
        phase: phase, done: min(done, total), total: total, counts: counts,
        isWaiting: isWaiting && !isLast))
  }
}

extension ReplayJobState {
  fileprivate mutating func take(_ spent: ReplaySpent?) {
    guard let spent else { return }
    costMicros = spent.micros
    currency = spent.currency
  }
}
