import ArgumentParser
import BenchmarkSupport

/// Runs the worker with its completions in the commits, and without as a control.
struct Crash: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "crash", abstract: "Kills, restarts, counts and compares.")

  @OptionGroup var workload: Workload

  private static let limit = Duration.seconds(1_200)

  func run() async throws {
    StandardOutput.flushEachLine()
    print("seed \(workload.seed)")
    try await BoundedRun.run(limit: Self.limit) { [workload] in
      let kept = try await Self.run(workload, withMetadata: true)
      let control = try await Self.run(workload, withMetadata: false)
      try Figure.report([
        Figure("lost", Double(kept.lost), .exactly(0)),
        Figure("calls_repeated", Double(kept.calls.count - kept.messages)),
        Figure("calls_over_bound", Double(kept.overBound), .exactly(0)),
        Figure("lost_without_metadata", Double(control.lost), .exactly(0)),
        Figure("calls_repeated_without_metadata", Double(control.calls.count - control.messages)),
        Figure("calls_over_bound_without_metadata", Double(control.overBound), .above(0)),
      ])
    }
  }

  private static func run(_ workload: Workload, withMetadata: Bool) async throws -> CrashRecord {
    print(withMetadata ? "with completions in the commits" : "without, as a control")
    let record = try await CrashRun(workload: workload, withMetadata: withMetadata).run()
    try record.check(workload)
    print(record.summary)
    return record
  }
}
