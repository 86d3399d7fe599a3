import ArgumentParser
import CapacityPlan
import Foundation
import TestSupport
import Testing

@testable import HighlightsCommand

@Suite("highlights plan")
struct PlanCommandTests {
  @Test("takes limits, prices, freshness, places and the budget from the configuration")
  func configuration() throws {
    let models = """
      models:
        - name: m
          default: true
          price: {input: 150000, output: 600000, currency: EUR}
          limits: {requests_per_minute: 600, tokens_per_minute: 90000}
      """
    try withFile(models) { path in
      let settings = [
        ("gateway.models_file", path), ("worker.in_flight", "32"),
        ("worker.in_flight_per_partition", "16"), ("highlights.fresh_for", "2h"),
        ("budget.amount", "2.00"), ("budget.currency", "EUR"), ("budget.period", "day"),
      ]
      let figures = try figures([], settings)
      let input = figures.input
      #expect(input.limits.requestsPerMinute == 600)
      #expect(input.limits.tokensPerMinute == 90_000)
      #expect((input.call.inputPrice, input.call.outputPrice) == (0.15, 0.6))
      #expect((input.worker.inFlight, input.worker.inFlightPerPartition) == (32, 16))
      #expect(input.demand.freshFor == 7_200)
      #expect(input.demand.expiresAfter == 604_800)
      #expect(input.monthlyBudget == 60.875)
      #expect(figures.currency == "EUR")
      let flags = [
        "--requests-per-minute", "60", "--price-in", "3", "--in-flight", "8", "--fresh-for", "90s",
        "--budget", "10",
      ]
      let other = try self.figures(flags, settings).input
      #expect(other.limits.requestsPerMinute == 60)
      #expect((other.call.inputPrice, other.call.outputPrice) == (3, 0.6))
      #expect((other.worker.inFlight, other.worker.inFlightPerPartition) == (8, 8))
      #expect(other.demand.freshFor == 90)
      #expect(other.monthlyBudget == 10)
    }
  }

  @Test("takes measured figures from a file, flags over them, and says what it assumes")
  func measured() throws {
    try withFile(#"{"latency_p50_s": 2, "latency_p99_s": 6, "memory_mb": 120}"#) { path in
      let figures = try figures(["--measured", path, "--memory", "90"])
      #expect(figures.input.call.medianLatency == 2)
      #expect(figures.input.call.sigma > 0)
      #expect(figures.input.worker.memory == 90)
      #expect(!figures.assumed.contains { $0.hasPrefix("latency") || $0.hasPrefix("memory") })
      #expect(figures.assumed.contains("tokens-in 2500.0"))
      let flagged = try self.figures(["--measured", path, "--latency-p50", "500ms"]).input
      #expect((flagged.call.medianLatency, flagged.call.sigma) == (0.5, 0))
    }
  }

  @Test("takes weights from lines of numbers or of a query log")
  func weights() throws {
    try withFile("3\n\n{\"text\": \"a\", \"weight\": 5}\n") { path in
      let skew = try figures(["--weights", path]).input.demand.skew
      #expect(skew == .weights([3, 5]))
      #expect(throws: ValidationError.self) {
        _ = try figures(["--weights", path, "--keys", "5"])
      }
    }
  }

  @Test("prints the plan, what binds, and the simulation beside the formulae")
  func report() throws {
    let flags = [
      "--searches-per-second", "200", "--keys", "5000", "--zipf", "0.9", "--fresh-for", "60s",
      "--requests-per-minute", "600", "--no-answer-fresh-for", "60s", "--simulate",
      "--simulated-seconds", "30",
    ]
    let report = try command(flags).report(settings([]))
    #expect(report.plan.binding.constraint == .requests)
    #expect(report.lines.contains { $0.hasPrefix("requests") && $0.hasSuffix("longer freshness") })
    #expect(report.lines.contains { $0.hasPrefix("NOT met: requests carries ") })
    #expect(report.lines.contains { $0.hasPrefix("searches/s done") && $0.hasSuffix("%") })
    #expect(report.lines.allSatisfy { !$0.hasSuffix(" ") })
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(report.json().utf8)) as? [String: Any])
    #expect(object["binding"] as? String == "requests")
    #expect(object["is_met"] as? Bool == false)
    #expect(object["workers"] as? Int == report.plan.workers)
    #expect((object["simulated"] as? [String: Any])?["calls_per_second"] is Double)
    let bounds = try #require(object["bounds"] as? [[String: Any]])
    #expect(bounds.first?["constraint"] as? String == "requests")
    #expect(bounds.last?["searches_per_second"] == nil)
  }

  static let wrong: [([String], String)] = [
    (["--fresh-for", "soon"], "--fresh-for soon: allowed: a duration such as 250ms"),
    (["--latency-p50", "1"], "--latency-p50 1: allowed: a duration"),
    (["--measured", "/nowhere"], "--measured /nowhere: cannot be read: "),
    (["--weights", "/nowhere"], "--weights /nowhere: cannot be read: "),
    (["--zipf", "9"], "zipf is 9.0; allowed: 0 to 5"),
    (["--latency-p50", "2s", "--latency-p99", "1s"], "latency-p99 is 1.0; allowed: at least"),
  ]

  @Test("refuses every wrong figure by its name", arguments: wrong.indices)
  func refuses(_ index: Int) {
    let (flags, says) = Self.wrong[index]
    let error = #expect(throws: (any Error).self) { try figures(flags) }
    #expect("\(error as Any)".contains(says), "\(error as Any)")
  }

  @Test("names the line of a weight that is none")
  func wrongLine() throws {
    try withFile("1\nmuch\n") { path in
      let error = #expect(throws: ValidationError.self) { try figures(["--weights", path]) }
      #expect(error?.message.contains("line 2: much: allowed: a number above 0") == true)
    }
  }

  private func command(_ flags: [String]) throws -> PlanCommand { try PlanCommand.parse(flags) }

  private func settings(_ overrides: [(String, String)]) throws -> Settings {
    try LoadedConfiguration(overrides: overrides, environment: [:]).settings
  }

  private func figures(
    _ flags: [String], _ overrides: [(String, String)] = []
  ) throws -> PlanFigures {
    let command = try command(["--searches-per-second", "10"] + flags)
    return try PlanFigures(command.demand, command.call, command.fleet, settings(overrides))
  }
}
