import BenchmarkSupport
import TestSupport

/// Four workers and money for a third of their messages; one of them is killed on the way.
struct LiveBudget {
  private let workers = 4
  private let messages = 1_000
  /// Of one call, in micro-units: 500 tokens in at 1.00 a million, 500 out at 5.00.
  private let price = 3_000

  private let models = """
    models:
      - name: measured
        price: {input: 1000000, output: 5000000, currency: EUR}
    """

  func run() async throws -> [Figure] {
    let settings: [String: any Sendable] = [
      "latency": "200ms", "fixed_prompt_tokens": 500, "fixed_output_tokens": 500,
    ]
    return try await SimulatorControl.run(settings) { simulator in
      try await WorkerFleet.run(partitions: 8) { fleet in
        try await fleet.publish(messages)
        try await start(fleet, 0..<workers, simulator, budget: "1.00")
        try await poll("a third of the budget to be spent", limit: .seconds(60)) {
          try await simulator.ledger().admitted >= 110
        }
        try await fleet.kill(workers - 1)
        try await start(fleet, (workers - 1)..<workers, simulator, budget: "1.00")
        let spent = try await stop(of: simulator)
        let held = messages - (try await fleet.count("search.outcomes"))
        let failed = try await fleet.failed()
        try await fleet.stop()
        try await start(fleet, 0..<workers, simulator, budget: "10.00")
        try await poll("all messages once there is money", limit: .seconds(120)) {
          try await fleet.count("search.outcomes") >= messages
        }
        try await fleet.stop()
        print("\(spent) of 1.00 spent, \(held) messages held until it was raised")
        return [
          Figure("budget_used", spent, .atLeast(0.95)),
          Figure("budget_overshoot", max(0, spent - 1), .exactly(0)),
          Figure("budget_held", Double(held), .above(0)),
          Figure("budget_dead_or_retried", Double(failed), .exactly(0)),
        ]
      }
    }
  }

  private func start(
    _ fleet: WorkerFleet, _ numbers: Range<Int>, _ simulator: SimulatorControl, budget: String
  ) async throws {
    try await fleet.start(
      numbers, simulator, models: models,
      [
        "worker.in_flight=2", "worker.in_flight_per_partition=2", "budget.amount=\(budget)",
        "budget.currency=EUR", "budget.period=month",
      ])
  }

  /// Waits until nothing is called for ten seconds; returns what the gateway charged, a call that nobody waited for
  /// included.
  private func stop(of simulator: SimulatorControl) async throws -> Double {
    var last = -1
    while true {
      let admitted = try await simulator.ledger().admitted
      if admitted == last { return Double(admitted * price) / 1_000_000 }
      last = admitted
      try await Task.sleep(for: .seconds(10))
    }
  }
}
