import ArgumentParser
import BenchmarkSupport

/// The measurements, each alone or all in turn.
struct Measure: AsyncParsableCommand {
  enum Section: String, CaseIterable, ExpressibleByArgument { case lookup, writes, miss }

  static let configuration = CommandConfiguration(
    commandName: "measure", abstract: "Measures one section, or all of them.")

  @Argument(help: "Which; all without it.")
  var section: Section?

  @Option(help: "Pairs of legs, of which the median ratio counts.")
  var pairs = 11

  @Option(help: "Seconds of a leg of look-ups.")
  var seconds = 4

  private static let limit = Duration.seconds(1_200)

  func validate() throws {
    for (name, value, allowed) in [("pairs", pairs, 1...101), ("seconds", seconds, 1...60)]
    where !allowed.contains(value) {
      throw ValidationError(
        "--\(name) \(value): allowed \(allowed.lowerBound) to \(allowed.upperBound)")
    }
  }

  func run() async throws {
    StandardOutput.flushEachLine()
    try FileLimit.raise(toHold: 4_096)
    try await BoundedRun.run(limit: Self.limit) { [self] in
      var figures: [Figure] = []
      for section in section.map({ [$0] }) ?? Section.allCases {
        print(section.rawValue)
        switch section {
        case .lookup: figures += try await LookupLoad(pairs: pairs, seconds: seconds).run()
        case .writes: figures += try await StoreWrites(pairs: pairs).run()
        case .miss:
          figures += try await MissToHit().run()
          figures += try await OneMissingKey().run()
        }
      }
      try Figure.report(figures)
    }
  }
}
