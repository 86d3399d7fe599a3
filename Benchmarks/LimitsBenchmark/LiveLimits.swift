import BenchmarkSupport
import TestSupport

/// Four workers that share a limit of requests a minute, for three minutes.
struct LiveLimits {
  static let requestsPerMinute = 1_200
  private let workers = 4
  private let length = 180

  func run() async throws -> [Figure] {
    let settings: [String: any Sendable] = [
      "requests_per_minute": Self.requestsPerMinute, "tokens_per_minute": 3_000_000,
      "window": "sliding", "latency": "1s", "fixed_prompt_tokens": 700, "fixed_output_tokens": 150,
    ]
    return try await SimulatorControl.run(settings) { simulator in
      try await WorkerFleet.run(partitions: 12) { fleet in
        try await fleet.publish(Self.requestsPerMinute * 5)
        try await fleet.start(
          0..<workers, simulator,
          models: """
            models:
              - name: measured
                limits: {requests_per_minute: \(Self.requestsPerMinute), tokens_per_minute: 3000000}
            """, ["worker.in_flight=100", "worker.in_flight_per_partition=50"])
        try await poll("all workers to call", limit: .seconds(60)) {
          try await simulator.ledger().admitted > 100
        }
        try await simulator.resetLedger()
        try await Task.sleep(for: .seconds(length + 1))
        let ledger = try await simulator.ledger()
        let windows = ledger.windows
        print("admitted in whole windows after the first: \(windows), refused: \(ledger.refused)")
        let used = windows.map { Double($0) / Double(Self.requestsPerMinute) }.min() ?? .nan
        return [
          Figure("live_limit_used", used, .atLeast(0.98)),
          Figure("live_429s", Double(ledger.refused.values.reduce(0, +)), .exactly(0)),
          Figure("live_failed", Double(try await fleet.failed()), .exactly(0)),
        ]
      }
    }
  }
}
