import ArgumentParser
import Foundation

/// Runs the legs in turn, C then Swift, and prints their ratios.
struct Compare: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare", abstract: "Measures both sides in turn and prints the ratios.")

  @Option(help: "C and Swift legs of each kind, in turn.")
  var pairs = 31
  @Option(help: "Only these kinds of work: produce, produce-headers, consume.")
  var only: [Work] = []
  @OptionGroup var workload: Workload

  func validate() throws {
    guard (1...1_000).contains(pairs) else {
      throw ValidationError("--pairs \(pairs): allowed 1 to 1000")
    }
    guard !only.contains(.fill) else {
      throw ValidationError("--only fill: allowed produce, produce-headers, consume")
    }
  }

  func run() throws {
    let broker = try ChildProcess(["broker"] + workload.arguments)
    let address = try broker.line()
    let kinds = only.isEmpty ? [Work.produce, .consume, .produceHeaders] : only
    var comparisons: [Comparison] = []
    if kinds.contains(.consume) { _ = try measure(.c, .fill, address) }
    for work in kinds {
      var comparison = Comparison(work: work)
      for _ in 0..<pairs {
        comparison.c.append(try measure(.c, work, address))
        comparison.swift.append(try measure(.swift, work, address))
      }
      comparisons.append(comparison)
    }
    try broker.end()
    report(comparisons)
  }

  private func measure(_ client: Client, _ work: Work, _ broker: String) throws -> LegResult {
    let child = try ChildProcess(
      ["leg", client.rawValue, work.rawValue, "--broker", broker] + workload.arguments)
    let line = try child.line()
    try child.end()
    return try JSONDecoder().decode(LegResult.self, from: Data(line.utf8))
  }

  private func report(_ comparisons: [Comparison]) {
    print(
      """
      \(workload.messages) messages of \(workload.valueSize) bytes a leg, batches of \
      \(workload.batch), \(workload.batchesInFlight) in flight, \(pairs) pairs; medians, \
      [min to max] of the pairs
      """)
    print(Comparison.heading)
    for comparison in comparisons { print(comparison.row) }
    for comparison in comparisons {
      for figure in comparison.figures { print("figure \(figure.name) \(figure.value)") }
    }
  }
}
