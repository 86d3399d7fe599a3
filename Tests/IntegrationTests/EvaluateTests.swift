import Foundation
import TestSupport
import Testing

@Suite("highlights evaluate")
struct EvaluateTests {
  private struct Report: Decodable {
    struct Counts: Decodable {
      let searches: Int
      let answered: Int
      let failed: Int
      let sentencesPublished: Int
      let sentencesVerified: Int
    }

    struct Gold: Decodable {
      let answerable: Int
      let unanswerable: Int
    }

    let counts: Counts
    let gold: Gold?
  }

  @Test(
    "prints and writes what a labelled set came to",
    .enabled(if: SharedData.has("grounding"), SharedData.absent))
  func grounding() async throws {
    try await inFolder { folder in
      let result = try await HighlightsProcess.run([
        "evaluate", SharedData.url("grounding/queries.jsonl").path, "--gold",
        SharedData.url("grounding/gold.jsonl").path, "--first", "40", "--output", folder.path,
        "--json", "--set", "simulator.latency=1ms",
      ])
      #expect(result.end == .exited(0), "\(result)")
      let printed = try JSONDecoder().decode(Report.self, from: Data(result.output.utf8))
      #expect(printed.counts.searches == 40 && printed.counts.failed == 0)
      #expect(printed.counts.answered > 10)
      #expect(printed.counts.sentencesPublished == printed.counts.sentencesVerified)
      #expect((printed.gold.map { $0.answerable + $0.unanswerable }) == 40)
      for (name, lines) in [("searches", 40), ("highlights", 40), ("written", 40)] {
        let text = try String(
          contentsOf: folder.appending(path: "\(name).jsonl"), encoding: .utf8)
        #expect(text.split(separator: "\n").count == lines, "\(name)")
      }
      let page = try String(contentsOf: folder.appending(path: "report.html"), encoding: .utf8)
      #expect(page.contains("<svg") && !page.contains("<script"))
    }
  }

  @Test(
    "publishes nothing that a liar made up, and compares two prompts",
    .enabled(if: SharedData.has("howto"), SharedData.absent))
  func liar() async throws {
    let result = try await HighlightsProcess.run([
      "evaluate", SharedData.url("howto/queries.jsonl").path, "--first", "40", "--against",
      "Config/prompts/highlight/1", "--set", "simulator.mode=liar", "--set",
      "simulator.latency=1ms",
    ])
    #expect(result.end == .exited(0), "\(result)")
    #expect(result.output.contains("quote_not_verbatim"))
    #expect(result.output.contains("no difference shown"))
    let verified = result.output.split(separator: "\n").first { $0.contains("of these verified") }
    #expect(verified?.hasSuffix("100.0 %") == true, "\(result.output)")
  }

  @Test(
    "says what is wrong with its input",
    arguments: [
      (["/nowhere.jsonl"], "/nowhere.jsonl", 1),
      (["-", "--first", "0"], "allowed: 1 and more", 64),
      (["-", "--against", "/nowhere"], "--against is \"/nowhere\"", 78),
      (["-", "--set", "highlights.prompt=/nowhere"], "highlights.prompt is \"/nowhere\"", 78),
      (["-", "--gold", "/nowhere.jsonl"], "nowhere", 1),
    ] as [([String], String, Int32)])
  func badInput(arguments: [String], text: String, code: Int32) async throws {
    let result = try await HighlightsProcess.run(["evaluate"] + arguments)
    #expect(result.end == .exited(code), "\(result)")
    #expect(result.errors.contains(text), "\(result)")
  }

  @Test(
    "names the line that is no search",
    arguments: [
      ("{\"text\":\"a\"}\n{\"text\":\"\"}\n", "line 2"),
      ("{\"queryId\":\"x\",\"text\":\"a\"}\n{\"queryId\":\"x\",\"text\":\"b\"}\n", "of line 1"),
      ("no JSON\n", "line 1"),
    ])
  func badLine(lines: String, text: String) async throws {
    try await inFolder { folder in
      let file = folder.appending(path: "searches.jsonl")
      try Data(lines.utf8).write(to: file)
      let result = try await HighlightsProcess.run(["evaluate", file.path])
      #expect(result.end == .exited(1), "\(result)")
      #expect(result.errors.contains(text), "\(result)")
    }
  }

  private func inFolder(_ body: (URL) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "evaluate-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try await body(folder)
  }
}
