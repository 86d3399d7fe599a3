import Foundation
import HighlightsProtocol
import Logging
import Synchronization

/// A job's record while it runs: what is published and recorded, and the sign of life.
///
/// Records are written one after the other, so that the newest is the last.
actor ReplayRecorder {
  private(set) var state: ReplayJobState
  private let log: ReplayJobLog
  private var writing: Task<Result<Void, ReplayError>, Never>?
  private var written = ContinuousClock.now

  init(_ state: ReplayJobState, log: ReplayJobLog) {
    self.state = state
    self.log = log
  }

  /// Changes the record, and returns once the broker has it.
  func record(
    _ change: @Sendable (inout ReplayJobState) -> Void
  ) async throws(ReplayError) {
    change(&state)
    state.updatedAt = UnixTime.now.timestamp
    let (snapshot, previous, log) = (state, writing, log)
    let write = Task { () -> Result<Void, ReplayError> in
      _ = await previous?.value
      do throws(ReplayError) {
        try await log.write(snapshot)
        return .success(())
      } catch {
        return .failure(error)
      }
    }
    writing = write
    try await write.value.get()
    written = .now
  }

  /// Says that it is still worked on, when that was not said for some seconds.
  func beat(
    after interval: Duration, _ change: @Sendable (inout ReplayJobState) -> Void = { _ in }
  ) async throws(ReplayError) {
    guard .now - written >= interval else { return }
    try await record(change)
  }
}

/// What others ask of a replay while it runs.
final class ReplayOrders: Sendable {
  enum Order: Sendable, Hashable {
    case pause(String)
    case cancel(String)
    case takenOver(by: String)
  }

  private let order = Mutex<Order?>(nil)

  var current: Order? { order.withLock { $0 } }

  func give(_ new: Order) {
    order.withLock { order in
      // Whoever lost the job writes no word of it any more.
      if case .takenOver = order { return }
      order = new
    }
  }

  /// Takes a record that stands behind this runner's claim.
  ///
  /// - Parameter run: which run of the job this is. Whoever claimed it at the same time and came later has the same
  ///   number, and goes away by itself; whoever took it over has a higher one.
  func take(_ record: ReplayJobLog.Record, runner: String, run: UInt32) {
    switch record {
    case .command(let command) where command.runner == runner:
      let words = [command.actor, command.reason].filter { !$0.isEmpty }.joined(separator: ": ")
      switch command.action {
      case .pause: give(.pause(words))
      case .cancel: give(.cancel(words))
      case .unspecified, .UNRECOGNIZED: break
      }
    case .job(let state) where state.runner != runner && state.runs > run:
      give(.takenOver(by: state.runner))
    case .job, .keys, .command: break
    }
  }
}
