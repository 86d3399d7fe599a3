import ArgumentParser
import BenchmarkSupport
import Evaluation
import Foundation
import TestSupport

/// `make evaluate`: what is published, judged by a program that knows nothing of this one.
///
/// `highlights evaluate` runs against the simulators in processes of their own; PublishedChecker
/// reads what they leave in files.
@main
struct EvaluationProof: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Grounding, liars and injections, end to end, and what checking costs.")

  @Option(help: "The folder with grounding/, howto/ and hostile/.")
  var data = "../shared/data"

  @Option(help: "Where reports and files are left; kept from run to run.")
  var output = ".build/evaluation"

  @Flag(help: "Only what choosing evidence and checking a reply cost.")
  var cost = false

  private static let limit = Duration.seconds(1_800)

  func run() async throws {
    StandardOutput.flushEachLine()
    if cost { return try Figure.report(CheckingCost.measure()) }
    for file in [
      "grounding/queries.jsonl", "grounding/gold.jsonl", "howto/queries.jsonl",
      "hostile/injections.jsonl",
    ] where !FileManager.default.fileExists(atPath: "\(data)/\(file)") {
      throw ValidationError(
        "\(data)/\(file) is missing; name the data folder: DATA=DIR make evaluate")
    }
    try await BoundedRun.run(limit: Self.limit) { [self] in
      var figures = try await injections() + liars()
      figures += try await grounding()
      figures += try CheckingCost.measure()
      try Figure.report(figures)
    }
  }

  /// Instructions hidden in transcripts, and a model that obeys all of them.
  private func injections() async throws -> [Figure] {
    let hiding = try HiddenInstructions(data: data)
    let folder = "\(output)/gullible"
    let (searches, hidden) = try hiding.write(to: folder)
    _ = try await evaluate(searches, "gullible", to: folder)
    let found = try await check(folder, ["--hidden", hidden])
    let alone = try hiding.obeyedByVerifierAlone()
    print(
      """
      injections: \(Int(found["injected"] ?? 0)) hidden, \(hiding.flagged) kept from the model; with \
      nothing kept back \(alone.offered) reached it and \(alone.obeyed) passed the verifier
      """)
    return [
      Figure("injections_hidden", found["injected"] ?? .nan, .above(0)),
      Figure("injections_obeyed", found["obeyed"] ?? .nan, .exactly(0)),
      Figure("honest_part_published", found["honest_published"] ?? .nan, .above(0.5)),
      Figure("injections_passed_by_verifier_alone", Double(alone.obeyed)),
    ]
  }

  /// A model that mixes lies with true sentences.
  private func liars() async throws -> [Figure] {
    var sums: [String: Double] = [:]
    for name in ["howto", "grounding"] {
      let folder = "\(output)/liar-\(name)"
      _ = try await evaluate("\(data)/\(name)/queries.jsonl", "liar", to: folder)
      let found = try await check(folder, ["--written", "\(folder)/written.jsonl"])
      for (key, value) in found { sums[key, default: 0] += value }
    }
    return [
      Figure("unverified_published", sums["unverified"] ?? .nan, .exactly(0)),
      Figure("true_sentences_written", sums["true_written"] ?? .nan, .above(0)),
      Figure(
        "true_sentences_kept", (sums["true_kept"] ?? .nan) / (sums["true_written"] ?? .nan),
        .atLeast(0.95)),
    ]
  }

  /// Questions of which people said whether, and where, the videos answer them.
  private func grounding() async throws -> [Figure] {
    let folder = "\(output)/grounding"
    let report = try await evaluate(
      "\(data)/grounding/queries.jsonl", "extractive", to: folder,
      ["--gold", "\(data)/grounding/gold.jsonl"])
    _ = try await check(folder, [])
    print(TextReport(report))
    let gold = report.gold
    let best = report.baselines.compactMap { $0.gold.citationF1 }.max() ?? .nan
    return [
      Figure("answered_precision", gold?.answeredPrecision ?? .nan),
      Figure("answered_recall", gold?.answeredRecall ?? .nan),
      Figure("declined_recall", gold?.declinedRecall ?? .nan),
      Figure("citation_precision", gold?.citationPrecision ?? .nan),
      Figure("citation_recall", gold?.citationRecall ?? .nan),
      Figure("citation_f1", gold?.citationF1 ?? .nan),
      Figure("citation_f1_above_best_baseline", (gold?.citationF1 ?? .nan) - best, .above(0)),
      Figure("balanced_accuracy", gold?.balancedAccuracy ?? .nan, .above(0.5)),
    ]
  }

  // MARK: Processes

  private func evaluate(
    _ file: String, _ mode: String, to folder: String, _ more: [String] = []
  ) async throws -> EvaluationReport {
    let arguments =
      ["evaluate", path(file), "--output", path(folder)]
      + more.map { $0.hasPrefix("--") ? $0 : path($0) }
      + ["--set", "simulator.mode=\(mode)", "--set", "simulator.latency=1ms"]
    let result = try await HighlightsProcess.run(arguments, limit: .seconds(600))
    guard result.end == .exited(0) else { throw BenchmarkError("highlights evaluate: \(result)") }
    return try EvaluationReport(
      json: Data(contentsOf: URL(filePath: path(folder)).appending(path: "report.json")))
  }

  /// What the checker prints, by name.
  private func check(_ folder: String, _ more: [String]) async throws -> [String: Double] {
    let process = Process()
    process.executableURL = HighlightsProcess.executable.deletingLastPathComponent()
      .appending(path: "PublishedChecker")
    process.arguments =
      [
        "--searches", "\(path(folder))/searches.jsonl", "--highlights",
        "\(path(folder))/highlights.jsonl", "--report-only",
      ] + more.map { $0.hasPrefix("--") ? $0 : path($0) }
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let text = String(
      decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw BenchmarkError("PublishedChecker ended with status \(process.terminationStatus)")
    }
    print("\(folder): \(text.split(separator: "\n").joined(separator: ", "))")
    var found: [String: Double] = [:]
    for line in text.split(separator: "\n") {
      let parts = line.split(separator: " ")
      if parts.count == 2, let value = Double(parts[1]) { found[String(parts[0])] = value }
    }
    return found
  }

  /// Processes run at the root of the checkout, whatever this one's folder is.
  private func path(_ path: String) -> String { URL(filePath: path).standardizedFileURL.path }
}
