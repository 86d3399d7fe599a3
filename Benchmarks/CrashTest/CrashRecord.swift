import BenchmarkSupport
import Foundation

/// What a run left behind, and what it may have left.
struct CrashRecord {
  struct Outcome {
    var call: Call
    var time: Date
  }

  let messages: Int
  /// When life 0, 1 and so on ended.
  let kills: [Date]
  let calls: [Call]
  let outcomes: [Outcome]

  /// Messages without an outcome.
  var lost: Int {
    let found = Set(outcomes.map(\.call.message))
    return (0..<messages).count { !found.contains($0) }
  }

  /// Calls that a kill may cost: those whose outcome was not published by then, and those whose outcome may
  /// not have been in a commit yet.
  func excused(byKill life: Int) -> (inFlight: Int, uncommitted: Int) {
    let published = outcomes.filter { $0.call.life == life }
    let ended = Set(published.map(\.call.message))
    let begun = Set(calls.lazy.filter { $0.life == life }.map(\.message))
    let window = Workload.commitInterval + Workload.commitLatency
    let from = kills[life].addingTimeInterval(-(window / .seconds(1)))
    return (begun.subtracting(ended).count, published.count { $0.time >= from })
  }

  /// The most calls that are allowed.
  var bound: Int {
    kills.indices.reduce(messages) { sum, life in
      let excused = excused(byKill: life)
      return sum + excused.inFlight + excused.uncommitted
    }
  }

  var overBound: Int { max(0, calls.count - bound) }

  /// Throws when the run did not do what its numbers would say something about.
  func check(_ workload: Workload) throws {
    guard kills.count == workload.kills else {
      throw BenchmarkError("\(kills.count) kills, not \(workload.kills)")
    }
    guard calls.count >= messages, !outcomes.isEmpty else {
      throw BenchmarkError("\(calls.count) calls and \(outcomes.count) outcomes cannot be all")
    }
    for life in kills.indices {
      let inFlight = excused(byKill: life).inFlight
      guard calls.contains(where: { $0.life == life }), inFlight <= workload.inFlight else {
        throw BenchmarkError(
          "kill \(life) found \(inFlight) calls in flight; expected work, and at most \(workload.inFlight)"
        )
      }
    }
  }

  var summary: String {
    let excused = kills.indices.map { self.excused(byKill: $0) }
    return """
      \(calls.count) calls for \(messages) messages, \(calls.count - messages) repeated; allowed \(bound): \
      \(excused.reduce(0) { $0 + $1.inFlight }) in flight at \(kills.count) kills, \
      \(excused.reduce(0) { $0 + $1.uncommitted }) done since the commit before them
      """
  }
}
