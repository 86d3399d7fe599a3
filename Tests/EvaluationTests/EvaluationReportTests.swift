import Foundation
import HighlightsProtocol
import Testing

@testable import Evaluation

@Suite("The report of a run")
struct EvaluationReportTests {
  private let report = EvaluationReport(Cases.run, name: "ours", gold: Cases.gold)

  @Test("counts how searches ended")
  func counts() {
    let counts = report.counts
    #expect(counts.searches == 6)
    #expect(
      (counts.answered, counts.declined, counts.filtered, counts.failed) == (2, 2, 1, 1))
    #expect(counts.reasons == ["not_in_videos": 2, "content_filter": 1, "gateway_down": 1])
    #expect((counts.sentencesWritten, counts.sentencesPublished) == (4, 3))
    #expect(counts.flaggedSegments == 3)
    #expect((counts.inputTokens, counts.outputTokens) == (150, 10))
    #expect(counts.costMicros == ["USD": 10, "EUR": 5])
  }

  @Test("takes decisions against gold: a failed or filtered search is neither")
  func decisions() throws {
    let gold = try #require(report.gold)
    #expect((gold.answerable, gold.unanswerable) == (3, 3))
    #expect((gold.answeredAnswerable, gold.answeredUnanswerable) == (1, 1))
    #expect((gold.declinedAnswerable, gold.declinedUnanswerable) == (1, 1))
    // Two answered, three answerable, one both.
    #expect(gold.answeredPrecision == 1.0 / 2)
    #expect(gold.answeredRecall == 1.0 / 3)
    #expect(gold.answeredF1 == 2.0 / 5)
    #expect(gold.declinedPrecision == 1.0 / 2)
    #expect(gold.declinedRecall == 1.0 / 3)
    #expect(gold.declinedF1 == 2.0 / 5)
    #expect(gold.balancedAccuracy == 1.0 / 3)
  }

  @Test(
    "takes citations against gold: what should not be answered is wrong, what was not is missed")
  func citations() throws {
    let gold = try #require(report.gold)
    // q1 cites 2 of which 1 is among its 2; q2 misses 1; q3 cites 1 too many; q5 misses 1.
    #expect(gold.citations == CitationCount(cited: 3, gold: 4, hits: 1))
    #expect(gold.citationPrecision == 1.0 / 3)
    #expect(gold.citationRecall == 1.0 / 4)
    #expect(gold.citationF1 == 2.0 / 7)
    // q1 has 1/2; q2, q3 and q5 have 0; q4 and q6 have none, with nothing to cite and nothing cited.
    #expect(gold.citationMacroF1 == 0.5 / 4)
  }

  @Test("counts a segment cited twice once")
  func distinct() {
    let twice = Cases.answered([(Cases.sheet, 0), (Cases.sheet, 0)])
    let scored = ScoredSearch(
      EvaluatedSearch(search: Cases.search("q2"), ending: .published(twice)),
      gold: Cases.gold["q2"])
    #expect(scored.citations == CitationCount(cited: 1, gold: 1, hits: 1))
  }

  @Test("has no gold figures without gold, nor with gold about other searches")
  func withoutGold() throws {
    let other = GoldSet([GoldAnswer(queryID: "other", answerable: true)])
    for report in [
      EvaluationReport(Cases.run, name: "ours"),
      EvaluationReport(Cases.run, name: "ours", gold: other),
    ] {
      #expect(report.gold == nil)
      #expect(report.baselines.isEmpty)
      #expect(report.counts.answered == 2)
    }
  }

  @Test("leaves a search without gold out of the figures that need it")
  func partlyGold() throws {
    let gold = GoldSet([GoldAnswer(queryID: "q1", answerable: true)])
    let figures = try #require(EvaluationReport(Cases.run, name: "ours", gold: gold).gold)
    #expect((figures.answerable, figures.unanswerable) == (1, 0))
    #expect(figures.answeredPrecision == 1)
    #expect(figures.declinedRecall == nil)
    #expect(figures.balancedAccuracy == nil)
    // Nobody said which segments answer it.
    #expect(figures.citations == CitationCount())
    #expect(figures.citationPrecision == nil)
  }

  @Test("has nil, not 0, for ratios of nothing")
  func undefined() throws {
    let declined = EvaluatedSearch(
      search: Cases.search("q4"), ending: .published(Cases.ended(.noAnswer, "no_videos")))
    let report = EvaluationReport([declined], name: "ours", gold: Cases.gold)
    let gold = try #require(report.gold)
    #expect(gold.answeredPrecision == nil)
    #expect(gold.answeredRecall == nil)
    #expect(gold.answeredF1 == nil)
    #expect(gold.declinedRecall == 1)
    #expect(gold.citationF1 == nil)
    #expect(gold.citationMacroF1 == nil)
    #expect(report.counts.verifiedShare == nil)
    #expect(EvaluationReport([], name: "ours").latency == nil)
  }

  @Test("sums drop reasons")
  func drops() {
    var first = Cases.answered([(Cases.sheet, 0)])
    first.droppedSentences = ["unknown_segment": 2, "no_citation": 1]
    var second = Cases.ended(.noAnswer, "not_supported")
    second.droppedSentences = ["no_citation": 3]
    let report = EvaluationReport(
      [first, second].map { EvaluatedSearch(search: Cases.search("q"), ending: .published($0)) },
      name: "ours")
    #expect(report.counts.dropReasons == ["unknown_segment": 2, "no_citation": 4])
  }

  @Test("lists what the model wrote that was not published")
  func unpublished() {
    let texts = ["Tuck one  corner into the other.", "It costs $5."]
    let search = EvaluatedSearch(
      search: Cases.search("q1"), ending: .published(Cases.answered([(Cases.sheet, 0)])),
      written: .sentences(texts.map { WrittenSentence(text: $0) }))
    let scored = ScoredSearch(search)
    #expect(scored.written == 2)
    #expect(scored.unpublished == ["It costs $5."])
  }

  @Test("takes percentiles by the nearest rank")
  func latency() throws {
    let hundred = try #require(LatencyFigures(milliseconds: (1...100).reversed().map(Double.init)))
    #expect((hundred.p50, hundred.p95, hundred.p99, hundred.max) == (50, 95, 99, 100))
    let three = try #require(LatencyFigures(milliseconds: [30, 10, 20]))
    #expect((three.p50, three.p95, three.p99) == (20, 30, 30))
    #expect(LatencyFigures(milliseconds: []) == nil)
  }

  @Test("has a histogram without gaps that counts each search once")
  func histogram() throws {
    let figures = try #require(LatencyFigures(milliseconds: [1, 1.9, 2, 9.9, 2_000_000]))
    let bins = figures.histogram
    #expect(bins.first?.fromMs == 1)
    #expect(bins.prefix(3).map(\.count) == [2, 1, 1])
    #expect(bins.last.map { [$0.fromMs, Double($0.count)] } == [500_000, 1])
    #expect(bins.reduce(0) { $0 + $1.count } == 5)
    #expect(zip(bins, bins.dropFirst()).allSatisfy { $0.toMs == $1.fromMs })
  }

  @Test("is JSON that reads back and is the same bytes each time")
  func json() throws {
    let json = try report.json()
    #expect(try EvaluationReport(json: json) == report)
    #expect(try EvaluationReport(Cases.run, name: "ours", gold: Cases.gold).json() == json)
    let object = try #require(JSONSerialization.jsonObject(with: json) as? [String: Any])
    let gold = try #require(object["gold"] as? [String: Any])
    #expect(gold["answeredPrecision"] as? Double == 0.5)
    #expect(object["injectionsObeyed"] == nil)
  }
}
