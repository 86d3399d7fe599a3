import BenchmarkSupport
import Foundation
import HighlightsProtocol
import Kafka
import SwiftProtobuf
import TestSupport

/// Real workers that always have more searches than they can do, and what they did of them.
struct PlanRun {
  let name: String
  let workers: Int
  let inFlight: Int
  /// Seconds that the gateway takes for a call.
  let latency: Double
  var requestsPerMinute: Int?
  /// The part of searches that are the first of their key: one, or one of so many.
  var newShare = 1.0

  /// A second, but for the memory.
  struct Result {
    let searches: Double
    let calls: Double
    /// Of all workers.
    let cpuSeconds: Double
    /// Of the largest worker.
    let megabytes: Double
  }

  /// Seconds until what is measured begins, and that it lasts.
  private static let warmUp = 6.0
  private static let length = 20.0
  /// Searches that are published in one go; no more are there at once.
  private static let supply = 4_000

  func measure() async throws -> Result {
    print(name)
    let gateway = try HighlightsProcess.start(gatewayArguments)
    defer { gateway.kill() }
    try await poll("the simulator to print its URL") { gateway.output.contains("/v1\n") }
    let url = gateway.output.trimmingCharacters(in: .whitespacesAndNewlines)
    return try await PlanFleet.run { fleet in
      var published = try await extend(fleet, 0, done: 0)
      let processes = try await fleet.start(self, gateway: url)
      let start = ContinuousClock.now
      var first: (time: Double, use: [ProcessUse])?
      while true {
        // What is published ahead is bounded: the test broker answers a fetch with all that a partition has.
        published = try await extend(fleet, published, done: fleet.outcomes())
        let elapsed = (ContinuousClock.now - start) / .seconds(1)
        if first == nil, elapsed >= Self.warmUp {
          first = (Date().timeIntervalSince1970, try processes.map { try ProcessUse(of: $0) })
        }
        if let first, elapsed >= Self.warmUp + Self.length {
          let end = Date().timeIntervalSince1970
          let use = try processes.map { try ProcessUse(of: $0) }
          let done = try await fleet.done(from: first.time, to: end)
          return result(done, first.use, use, seconds: end - first.time)
        }
        try await Task.sleep(for: .milliseconds(100))
      }
    }
  }

  private var gatewayArguments: [String] {
    let settings = [
      "mode=fixed", "latency=\(Int(latency * 1_000))ms",
      "requests_per_minute=\(requestsPerMinute ?? 0)", "window=sliding",
    ]
    return ["gateway", "--port", "0", "--log-level", "error"]
      + settings.flatMap { ["--set", "simulator.\($0)"] }
  }

  private func extend(_ fleet: PlanFleet, _ published: Int, done: Int) async throws -> Int {
    guard published - done < Self.supply else { return published }
    let end = published + Self.supply
    try await fleet.publish(published..<end) { key(of: $0) }
    return end
  }

  /// Searches come in rounds: so many new keys, then each of them again until they are their share.
  private func key(of number: Int) -> Int {
    let fresh = 480
    let round = Int((Double(fresh) / newShare).rounded())
    return number / round * fresh + number % round % fresh
  }

  private func result(
    _ done: (searches: Int, calls: Int), _ before: [ProcessUse], _ after: [ProcessUse],
    seconds: Double
  ) -> Result {
    let cpu = zip(before, after).reduce(0) { $0 + $1.1.cpuSeconds - $1.0.cpuSeconds }
    let result = Result(
      searches: Double(done.searches) / seconds, calls: Double(done.calls) / seconds,
      cpuSeconds: cpu / seconds, megabytes: after.map(\.peakMegabytes).max() ?? 0)
    print(
      String(
        format: "  %.1f searches/s, %.1f calls/s, %.2f of a processor, %.0f MB",
        result.searches, result.calls, result.cpuSeconds, result.megabytes))
    return result
  }
}
