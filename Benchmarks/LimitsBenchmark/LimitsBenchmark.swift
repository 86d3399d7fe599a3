import ArgumentParser
import BenchmarkSupport

/// `make bench-limits`: a fleet of worker processes against a gateway that keeps count.
@main
struct LimitsBenchmark: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Limits, an outage and a budget, with worker processes and the gateway simulator.")

  enum Scenario: String, CaseIterable, ExpressibleByArgument { case limits, outage, budget }

  @Argument(help: "Which; all without it.")
  var scenario: Scenario?

  private static let limit = Duration.seconds(1_500)

  func run() async throws {
    StandardOutput.flushEachLine()
    try await BoundedRun.run(limit: Self.limit) { [scenario] in
      var figures: [Figure] = []
      for scenario in scenario.map({ [$0] }) ?? Scenario.allCases {
        print(scenario.rawValue)
        switch scenario {
        case .limits:
          figures += try await LiveLimits().run()
          figures += try await PlainClients().run()
        case .outage: figures += try await LiveOutage().run()
        case .budget: figures += try await LiveBudget().run()
        }
      }
      try Figure.report(figures)
    }
  }
}
