import ArgumentParser

/// `make bench-worker`: how near one worker process comes to what its calls allow, and what it costs.
@main
struct WorkerBenchmark: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measures one worker process against a gateway that takes a second for every call.",
    subcommands: [Measure.self, WorkerProcess.self, SimulatorProcess.self, BareLoopProcess.self],
    defaultSubcommand: Measure.self)
}
