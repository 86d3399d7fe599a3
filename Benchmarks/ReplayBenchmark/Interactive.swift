import ArgumentParser
import BenchmarkSupport
import Foundation
import TestSupport

/// What people wait while a replay takes all of the gateway's limit that they leave, against an idle fleet.
struct Interactive: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "interactive",
    abstract: "How long searches take while a replay runs as fast as the limits allow.")

  @Option(help: "Calls a minute that the gateway admits.") var limit = 1_200
  @Option(help: "Percent of the limit that people's searches ask for.") var share = 20
  @Option(help: "Seconds of each of the two measurements.") var seconds = 40
  @Option(help: "Milliseconds that a call takes.") var latency = 200
  @Option(help: "Keys of the history that is replayed.") var keys = 15_000

  func validate() throws {
    guard limit > 0, (1...90).contains(share), seconds > 0, keys > 0 else {
      throw ValidationError("allowed: --share 1 to 90, and all else above 0")
    }
  }

  func run() async throws {
    StandardOutput.flushEachLine()
    try await BoundedRun.run(limit: .seconds(300 + 2 * seconds)) {
      try await LoadBroker.run { broker in
        try await ReplayFleet.run(broker, limit: limit, latency: latency) { fleet in
          try Figure.report(try await measure(fleet))
        }
      }
    }
  }

  private func measure(_ fleet: ReplayFleet) async throws -> [Figure] {
    let perSecond = Double(limit) * Double(share) / 100 / 60
    try await fleet.publishHistory(keys)
    let searches = InteractiveSearches(fleet: fleet, perSecond: perSecond)
    // The first of them open the connections that the others find open.
    _ = try await searches.waits("warm", seconds: 3)
    let idle = Waits(try await searches.waits("idle", seconds: seconds))
    print("idle: \(idle)")

    let replay = try fleet.replay()
    defer { replay.kill() }
    try await poll("the replay's first outcomes", limit: .seconds(60)) {
      if let end = replay.ended { throw BenchmarkError("the replay \(end): \(replay.errors)") }
      return try await fleet.outcomes(ofLane: "backfill") >= limit / 60
    }
    let before = try await fleet.outcomes()
    let began = ContinuousClock.now
    let waits = try await searches.waits("busy", seconds: seconds)
    let took = (ContinuousClock.now - began) / .seconds(1)
    let calls = try await fleet.outcomes() - before
    let busy = Waits(waits)
    print("beside a replay: \(busy); \(calls) calls in \(String(format: "%.1f", took)) s")
    guard replay.ended == nil else {
      throw BenchmarkError("the replay ended before the measurement: more --keys are needed")
    }
    let slot = 60_000 / Double(limit)
    return [
      Figure("interactive_p99_idle_ms", idle.p99),
      Figure("interactive_p99_replay_ms", busy.p99),
      Figure(
        "interactive_p99_excess_ms", busy.p99 - idle.p99,
        .atMost(max(idle.p99 / 10, 50) + slot)),
      Figure("interactive_limit_used", Double(calls) / took * 60 / Double(limit), .atLeast(0.95)),
      Figure("interactive_failed", Double(try await fleet.failed()), .exactly(0)),
    ]
  }
}

/// Milliseconds from publishing searches to their outcomes.
private struct Waits: CustomStringConvertible {
  private let sorted: [Double]

  init(_ waits: [Double]) { sorted = waits.sorted() }

  var p99: Double { at(0.99) }

  var description: String {
    "\(sorted.count) searches; ms: median \(Int(at(0.5))), p90 \(Int(at(0.9))), "
      + "p99 \(Int(p99)), longest \(Int(at(1)))"
  }

  private func at(_ share: Double) -> Double {
    sorted.isEmpty
      ? .nan : sorted[max(0, Int((Double(sorted.count) * share).rounded(.up)) - 1)]
  }
}
