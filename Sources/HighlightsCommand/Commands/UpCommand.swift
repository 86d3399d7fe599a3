import ArgumentParser
import Foundation
import GatewaySimulator
import HighlightsProtocol
import LLMGateway
import Logging
import ServiceLifecycle
import SwiftProtobuf
import UnixSignals

/// `highlights up`: everything in one process.
struct UpCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "up",
    abstract: "Writes highlights for a file of searches, everything in one process.",
    discussion: """
      Without --queries it takes the sample under Config/samples. Without a gateway it starts the \
      extractive simulator, which is not a language model. With a catalogue, searches that bring no \
      videos are given those it finds. With --serve it goes on to serve the look-up API and its page \
      until Ctrl-C; without a catalogue with the sample's videos behind it.
      """)

  @Option(help: "JSON lines of SearchQuery; - is standard input.")
  var queries: String = "Config/samples/searches.jsonl"

  @Option(help: "An OpenAI-compatible URL, such as http://127.0.0.1:8089/v1 (gateway.base_url).")
  var gateway: String?

  @Option(help: "The model to ask for (gateway.model).")
  var model: String?

  @Option(help: "The SQLite file of videos (catalog.path).")
  var catalog: String?

  @Option(help: "Write the summary as JSON to this file.")
  var report: String?

  @Flag(help: "Serve the look-up API and the page, until Ctrl-C.")
  var serve = false

  @Option(help: "The port to serve on, 0 for a free one (serve.port).")
  var port: Int?

  @Flag(help: "Print each highlight as one line of protobuf JSON.")
  var json = false

  @Flag(help: "Print no highlights, only the summary.")
  var quiet = false

  @OptionGroup var common: CommonOptions

  func run() async throws {
    let settings = try common.settings([
      ("gateway.base_url", gateway), ("gateway.model", model), ("catalog.path", catalog),
      ("serve.port", port.map(String.init)),
    ])
    let lines = try QueryLines(path: queries)
    let total = try QueryLines.count(path: queries)
    try await VideoFinder.with(settings.catalog) { finder in
      if let url = settings.gateway.baseURL {
        let plan = try settings.gatewayPlan(baseURL: url)
        Talk.say("gateway: \(plan.steps[0].deployment)")
        try await run(settings, plan, lines, total, finder)
      } else {
        Talk.say("gateway: none configured, so an \(ExtractiveModel.label)")
        try await BuiltInSimulator.run(settings) { deployment in
          try await run(settings, GatewayPlan(free: deployment), lines, total, finder)
        }
      }
    }
  }

  private func run(
    _ settings: Settings, _ plan: GatewayPlan, _ lines: QueryLines, _ total: Int?,
    _ finder: VideoFinder?
  ) async throws {
    let run = try UpRun(settings, plan, serving: serve)
    try await SampleCatalog.with(for: self, finder) { catalog in
      let serving = serve ? UpRun.Serving(catalog: catalog) : nil
      try await run.run(
        lines, finder: finder, serving: serving, progress: ProgressBar(total: total)
      ) { ledger in
        try await finished(ledger, of: run)
        guard serve else { return }
        Talk.say("serving until Ctrl-C")
        for await _ in await UnixSignalsSequence(trapping: .sigint, .sigterm) { break }
      }
    }
    try await run.close()
    if run.dead > 0, !serve { throw ExitCode.failure }
  }

  private func finished(_ ledger: UpLedger, of run: UpRun) async throws {
    if !quiet { try await show(ledger, from: run) }
    ledger.report.lines.forEach(Talk.say)
    Talk.say("highlights are in \(run.storeName); try: highlights lookup \"…\" --locale …")
    if let report { try ledger.report.write(to: report) }
  }

  /// Each highlight of the run, in the order of the file.
  private func show(_ ledger: UpLedger, from run: UpRun) async throws {
    var shown: Set<String> = []
    for search in ledger.order {
      guard let outcome = search.outcome else { continue }
      guard let highlight = try await run.highlight(forKey: outcome.key),
        shown.insert(outcome.key).inserted
      else {
        if !json { Output.line(line(outcome) + "\n") }
        continue
      }
      if json {
        Output.line(try highlight.jsonString())
      } else {
        HighlightText(highlight: highlight).lines.forEach(Output.line)
        Output.line("")
      }
    }
  }

  private func line(_ outcome: Outcome) -> String {
    let what =
      switch outcome.result {
      case .unchanged: "the same search as one above: answered once"
      case .expired: "expired: \(outcome.reason)"
      case .dead, .unspecified, .UNRECOGNIZED: "failed: \(outcome.reason): \(outcome.detail)"
      case .answered, .noAnswer, .filtered: "the highlight has expired already"
      }
    return HighlightText.plain("\(outcome.queryID): \(what)")
  }
}
