import ArgumentParser
import BenchmarkSupport
import LimitSimulation

/// `make simulate-limits`: how much of a limit a fleet uses, and what a reservation costs.
@main
struct LimitSimulator: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Fleets of limiters on a virtual clock, against a gateway's window of 60 s.")

  @Option(help: "Added to every row's seed, to see other runs than the table's.")
  var seed: UInt64 = 0

  func run() async throws {
    StandardOutput.flushEachLine()
    print(FleetUse.tableHead)
    var used = 1.0
    var refused = 0
    var usedAfterHalving = 1.0
    var smallUsed = 1.0
    var missed: [String] = []
    for row in LimitTable.all {
      let result = try row.with(seed: row.scenario.seed + seed).run()
      print(result.use.tableLine)
      missed += result.missed.map { "\(row): \($0)" }
      switch row.bars {
      case .full:
        used = min(used, result.use.calmUsed)
        refused += result.use.refused
      case .small:
        smallUsed = min(smallUsed, result.use.calmUsed, result.use.unrestUsed)
        refused += result.use.refused
      case .unrefused: refused += result.use.refused
      case .halving: usedAfterHalving = min(usedAfterHalving, result.use.usedAfterHalving)
      case .smallHalving, .overrun, .none: break
      }
    }
    for line in missed { print("missed: \(line)") }
    try Figure.report([
      Figure("limit_used_min", used, .atLeast(0.99)),
      Figure("limit_429s", Double(refused), .exactly(0)),
      Figure("limit_used_after_halving", usedAfterHalving, .atLeast(0.95)),
      Figure("limit_used_small", smallUsed, .atLeast(0.95)),
      Figure("limit_rows_missed", Double(missed.count), .exactly(0)),
      Figure("reservation_p99_us", try ReservationCost.measure(), .below(5)),
    ])
  }
}
