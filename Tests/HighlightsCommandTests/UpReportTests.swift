import Foundation
import HighlightsProtocol
import Testing

@testable import HighlightsCommand

@Suite("The report of a run")
struct UpReportTests {
  @Test("is JSON of fixed keys")
  func keys() throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).json")
    defer { try? FileManager.default.removeItem(at: file) }
    var report = UpReport()
    report.queries = 3
    report.seconds = 1.5
    try report.write(to: file.path)
    let data = try Data(contentsOf: file)
    let object = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
    #expect(
      Set(object.keys) == [
        "queries", "answered", "no_answer", "filtered", "unchanged", "expired", "dead",
        "llm_calls", "input_tokens", "output_tokens", "seconds",
      ])
    #expect(try JSONDecoder().decode(UpReport.self, from: data) == report)
  }

  @Test("counts every kind of outcome as ended, what it does not know as dead")
  func counts() {
    var report = UpReport()
    let results: [Outcome.Result] = [
      .answered, .noAnswer, .filtered, .unchanged, .expired, .dead, .unspecified,
      .UNRECOGNIZED(99),
    ]
    for result in results {
      var outcome = Outcome()
      outcome.result = result
      outcome.usage.attempts = 2
      outcome.usage.inputTokens = 10
      outcome.usage.outputTokens = 1
      report.count(outcome)
    }
    #expect(report.ended == results.count)
    #expect((report.answered, report.noAnswer, report.filtered) == (1, 1, 1))
    #expect((report.unchanged, report.expired, report.dead) == (1, 1, 3))
    #expect((report.llmCalls, report.inputTokens, report.outputTokens) == (16, 80, 8))
  }
}
