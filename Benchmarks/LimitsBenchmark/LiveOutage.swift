import BenchmarkSupport
import TestSupport

/// Four workers whose gateway answers 503 for a minute.
struct LiveOutage {
  private let workers = 4
  private let inFlight = 64
  private let length = 60

  func run() async throws -> [Figure] {
    let settings: [String: any Sendable] = ["latency": "500ms"]
    return try await SimulatorControl.run(settings) { simulator in
      try await WorkerFleet.run(partitions: 12) { fleet in
        try await fleet.publish(20_000)
        try await fleet.start(
          0..<workers, simulator, models: "models:\n  - name: measured\n",
          ["worker.in_flight=\(inFlight)", "worker.in_flight_per_partition=\(inFlight)"])
        try await poll("all workers to be busy", limit: .seconds(60)) {
          try await simulator.inFlight() >= workers * inFlight * 9 / 10
        }
        return try await measure(simulator, fleet)
      }
    }
  }

  private func measure(
    _ simulator: SimulatorControl, _ fleet: WorkerFleet
  ) async throws -> [Figure] {
    let atStart = try await simulator.inFlight()
    try await simulator.resetLedger()
    try await simulator.change([
      "outages": [["after": "0s", "for": "\(length)s", "kind": "503"] as [String: String]]
    ])
    let end = ContinuousClock.now + .seconds(length)
    // By then nothing was let through but probes; what came before is what the outage was amplified by.
    try await Task.sleep(for: .seconds(3))
    let first = try await simulator.ledger().receivedDuringOutage
    try await Task.sleep(until: end - .seconds(2), clock: .continuous)
    let during = try await simulator.ledger()
    let held = try await fleet.failed()
    try await Task.sleep(until: end, clock: .continuous)
    try await poll("a success after the outage", limit: .seconds(30)) {
      try await simulator.ledger().completed > during.completed
    }
    // The call itself takes half a second of it.
    let recovery = ContinuousClock.now - end
    let all = try await simulator.ledger()
    print(
      "\(atStart) in flight at its start, \(first) calls in its first 3 s, \(all.receivedDuringOutage) in all, first success after \(recovery)"
    )
    return [
      Figure("outage_in_flight", Double(atStart), .above(0)),
      Figure(
        "outage_amplification", Double(first) / Double(atStart), .atMost(1.1)),
      Figure(
        "outage_probes_per_worker_and_s",
        Double(all.receivedDuringOutage - first) / Double(workers * length), .atMost(1)),
      Figure("outage_recovery_s", recovery / .seconds(1), .atMost(2)),
      Figure("outage_attempts_used", Double(held), .exactly(0)),
    ]
  }
}
