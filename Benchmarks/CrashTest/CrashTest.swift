import ArgumentParser

/// `make test-crash`: `kill -9` loses nothing and pays for little twice.
@main
struct CrashTest: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Kills a worker process again and again and counts what it did twice.",
    subcommands: [Crash.self, CrashingWorker.self], defaultSubcommand: Crash.self)
}
