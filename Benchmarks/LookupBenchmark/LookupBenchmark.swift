import ArgumentParser

/// `make bench-lookup`: what a look-up, a store write and a miss cost beside the least they could.
@main
struct LookupBenchmark: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Look-ups against a bare route, cache writers against bare stores, and a miss.",
    subcommands: [
      Measure.self, LookupServer.self, PacedProcess.self, BareWriterProcess.self,
      CacheWriterProcess.self,
    ],
    defaultSubcommand: Measure.self)
}
