import ArgumentParser
import BenchmarkSupport

/// `make bench-load`: the load generator, what it measures, and what a plan predicts.
@main
struct LoadBenchmark: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Predictions of highlights plan against runs of real workers.")

  private static let limit = Duration.seconds(900)

  func run() async throws {
    StandardOutput.flushEachLine()
    try await BoundedRun.run(limit: Self.limit) {
      var plan = PlanScenario()
      try Figure.report(try await plan.run())
    }
  }
}
