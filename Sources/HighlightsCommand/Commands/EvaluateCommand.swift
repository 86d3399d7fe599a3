import ArgumentParser
import Evaluation
import Foundation
import GatewaySimulator
import Highlights
import HighlightsProtocol
import LLMGateway
import Logging
import Summarizer

/// `highlights evaluate`: a labelled set through the configured gateway, in numbers.
struct EvaluateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Writes highlights for a labelled set of searches and says how good they are.",
    discussion: """
      Every search is written once, without a broker and without a cache, by the code of the workers. \
      Without a gateway the simulator answers, which is not a language model. A search that fails \
      counts as failed; it is not tried again.
      """)

  @Argument(help: "JSON lines of SearchQuery, with their videos; - is standard input.")
  var file: String

  @Option(
    help: """
      JSON lines of what is right: queryId, answerable, videoId, segments, answers. Without it, \
      figures that need it are left out.
      """)
  var gold: String?

  @Option(help: "Folder of a second prompt: all is run with it too, and the two are compared.")
  var against: String?

  @Option(
    help: "Folder to write report.json, report.html, and what was asked, written and published to.")
  var output: String?

  @Option(help: "An OpenAI-compatible URL (gateway.base_url).")
  var gateway: String?

  @Option(help: "The model to ask for (gateway.model).")
  var model: String?

  @Option(help: "Take only so many searches, from the start of the file.")
  var first: Int?

  @Flag(help: "Print the report as JSON.")
  var json = false

  @OptionGroup var common: CommonOptions

  func validate() throws {
    if let first, first < 1 { throw ValidationError("--first is \(first); allowed: 1 and more") }
  }

  func run() async throws {
    let settings = try common.settings([("gateway.base_url", gateway), ("gateway.model", model)])
    let other = try against.map { path in try PromptTemplate.read(path, key: "--against") }
    let gold = try gold.map { path in
      try GoldSet(jsonLines: try Data(contentsOf: URL(filePath: path)))
    }
    let cases = try EvaluationRun.cases(
      path: file, limits: settings.searchLimits, atMost: first)
    if let url = settings.gateway.baseURL {
      try await evaluate(settings, try settings.gatewayPlan(baseURL: url), cases, gold, other)
    } else {
      Talk.say("gateway: none configured, so an \(ExtractiveModel.label)")
      try await BuiltInSimulator.run(settings) { deployment in
        try await evaluate(settings, GatewayPlan(free: deployment), cases, gold, other)
      }
    }
  }

  private func evaluate(
    _ settings: Settings, _ plan: GatewayPlan, _ cases: [EvaluationRun.Case], _ gold: GoldSet?,
    _ other: PromptTemplate?
  ) async throws {
    // One process has it all: there are no partitions to share limits by.
    let client = try plan.client(settings, share: .all, budget: nil)
    let result: Result<Void, any Error>
    do {
      let summarizer = try settings.summarizer(client)
      let (report, searches) = await run(settings, summarizer, client, cases, gold)
      var comparison: PairedComparison?
      if let other {
        var changed = summarizer
        changed.prompt = other
        let (second, _) = await run(settings, changed, client, cases, gold)
        comparison = try PairedComparison(before: report, after: second)
      }
      try show(report, comparison, searches)
      result = .success(())
    } catch {
      result = .failure(error)
    }
    await client.shutdown()
    try result.get()
  }

  private func run(
    _ settings: Settings, _ summarizer: SummarizerSettings, _ client: GatewayClient,
    _ cases: [EvaluationRun.Case], _ gold: GoldSet?
  ) async -> (EvaluationReport, [EvaluatedSearch]) {
    let run = EvaluationRun(
      writer: HighlightWriter(settings: summarizer, gateway: client),
      evidence: summarizer.evidence, policy: summarizer.policy,
      concurrency: min(settings.worker.inFlight, settings.gateway.maxConnections))
    let progress = ProgressBar(total: cases.count)
    let searches = await run.run(cases) { progress.update(done: $0, note: "", final: false) }
    progress.update(done: cases.count, note: "", final: true)
    let report = EvaluationReport(
      searches, name: "\(client.deployment.model), prompt \(summarizer.prompt.version)",
      facts: [
        .init("model", client.deployment.model), .init("provider", client.deployment.provider),
        .init("prompt", "\(summarizer.prompt.name) \(summarizer.prompt.version)"),
        .init("answers without evidence", summarizer.answersWithoutEvidence.rawValue),
        .init("evidence", "at most \(summarizer.evidence.tokens) tokens, as estimated"),
        .init("program", Version.current),
      ], gold: gold)
    return (report, searches)
  }

  private func show(
    _ report: EvaluationReport, _ comparison: PairedComparison?, _ searches: [EvaluatedSearch]
  ) throws {
    if let output {
      let files = try EvaluationFiles(folder: output)
      try files.write(searches)
      try files.write(report, comparison: comparison)
      Talk.say(
        "written to \(output): report.html, report.json and the searches with their highlights")
    }
    if json {
      Output.line(String(decoding: try report.json(), as: UTF8.self))
    } else {
      Output.line(TextReport(report, comparison: comparison).description)
    }
  }
}
