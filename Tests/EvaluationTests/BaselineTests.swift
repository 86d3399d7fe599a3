import Foundation
import HighlightsProtocol
import Testing

@testable import Evaluation

@Suite("Baselines")
struct BaselineTests {
  private func segment(_ baseline: Baseline, _ search: SearchQuery) -> String? {
    baseline.segment(for: search).map { "\($0.videoID)#\($0.index)" }
  }

  @Test("answer with the first segment there is")
  func first() {
    let search = Cases.search("q", "bake", [Cases.video("silent", []), Cases.bread])
    #expect(segment(.firstSegment, search) == "bread#0")
    #expect(segment(.firstSegment, Cases.search("q", "bake", [])) == nil)
  }

  @Test("answer with the segment that shares the most distinct words, the first of equals")
  func overlap() {
    #expect(segment(.wordOverlap, Cases.search("q", "BAKE it, bake it 40 minutes")) == "bread#1")
    // "it" is in sheet#1, sheet#2 and bread#1.
    #expect(segment(.wordOverlap, Cases.search("q", "it it it")) == "sheet#1")
    #expect(segment(.wordOverlap, Cases.search("q", "zebra")) == "sheet#0")
    #expect(segment(.wordOverlap, Cases.search("q", "zebra", [])) == nil)
  }

  @Test("decline below a share of the search's words")
  func threshold() {
    // "mix" and "flour" are two of four words.
    let search = Cases.search("q", "mix rye flour quickly")
    #expect(segment(.wordOverlapFrom(0.5), search) == "bread#0")
    #expect(segment(.wordOverlapFrom(0.51), search) == nil)
    #expect(segment(.wordOverlapFrom(0.5), Cases.search("q", "?!")) == nil)
  }

  @Test("see words in scripts without spaces, and through width and case")
  func words() {
    #expect(Words.distinct(in: "Ｆｌｏｕｒ, flour's 2nd") == ["flour", "s", "2nd"])
    #expect(Words.distinct(in: "小麦粉を") == ["小", "麦", "粉", "を"])
    #expect(Words.distinct(in: "สี").count == 2)
    #expect(Words.distinct(in: "밀가루 물") == ["밀가루", "물"])
    #expect(Words.distinct(in: " \u{200B}…").isEmpty)
  }

  @Test("are judged like the run")
  func figures() throws {
    let report = EvaluationReport(Cases.run, name: "ours", gold: Cases.gold)
    #expect(
      report.baselines.map(\.name) == ["first segment", "word overlap", "word overlap ≥ 50 %"])
    let first = report.baselines[0].gold
    // It answers all six with sheet#0, which is gold for q1 and q2; four segments are gold.
    #expect(first.answeredPrecision == 3.0 / 6)
    #expect(first.answeredRecall == 1)
    #expect(first.declinedRecall == 0)
    #expect(first.declinedPrecision == nil)
    #expect(first.balancedAccuracy == 0.5)
    #expect(first.citations == CitationCount(cited: 6, gold: 4, hits: 2))
    // q1: 2/3, q2: 1, the other four: 0.
    let macro = try #require(first.citationMacroF1)
    #expect(abs(macro - (2.0 / 3 + 1) / 6) < 1e-12)
  }

  @Test(
    "on real questions decide like chance where they always answer, and are in the table",
    .enabled(if: SharedData.has("grounding/gold.jsonl"), "no ../shared/data/grounding"))
  func grounding() throws {
    let gold = try GoldSet(jsonLines: Data(contentsOf: SharedData.url("grounding/gold.jsonl")))
    let run = try SharedData.searches("grounding/queries.jsonl").map {
      EvaluatedSearch(search: $0, ending: .failed(reason: "not_asked"))
    }
    let report = EvaluationReport(run, name: "nothing", gold: gold)
    let figures = try #require(report.gold)
    #expect((figures.answerable, figures.unanswerable) == (143, 132))
    #expect(figures.answeredRecall == 0)
    #expect(figures.citationPrecision == nil)
    for baseline in report.baselines.prefix(2) {
      #expect(baseline.gold.answeredRecall == 1)
      #expect(baseline.gold.answeredPrecision == 143.0 / 275)
      #expect(baseline.gold.declinedUnanswerable == 0)
      #expect(baseline.gold.balancedAccuracy == 0.5)
      // Of one answerable question nobody said which segments answer.
      #expect(baseline.gold.citations.cited == 274)
    }
    #expect(report.baselines[1].gold.citations.hits > 0)
    print(TextReport(report))
  }
}
