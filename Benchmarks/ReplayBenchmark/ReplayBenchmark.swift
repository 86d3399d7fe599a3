import ArgumentParser

/// `make bench-replay` and `make test-replay`: replays beside the same in C and beside people's searches, and replays
/// that are killed.
@main
struct ReplayBenchmark: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract:
      "Measures replays against plain librdkafka in C, and proves that what they publish is exact.",
    subcommands: [Speed.self, Exact.self, Interactive.self, SwiftLeg.self, CLeg.self],
    defaultSubcommand: Speed.self)
}
