import ArgumentParser

/// `make bench-observability`: what a worker loses by being observed.
@main
struct ObservabilityBenchmark: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract:
      "Measures one summarizer with metrics scraped each second and traces exported, and without.",
    subcommands: [
      Measure.self, WorkerProcess.self, SimulatorProcess.self, ReceiverProcess.self,
    ],
    defaultSubcommand: Measure.self)
}
