import Foundation
import HighlightsProtocol
import Testing

@testable import Evaluation

@Suite("Comparing two runs search by search")
struct PairedComparisonTests {
  typealias Pair = PairedBootstrap.Pair

  private func run(
    _ name: String, _ change: (inout EvaluatedSearch) -> Void = { _ in }
  ) -> EvaluationReport {
    let searches = Cases.run.map { search in
      var search = search
      change(&search)
      return search
    }
    return EvaluationReport(searches, name: name, gold: Cases.gold)
  }

  private func row(_ metric: ComparedMetric, _ comparison: PairedComparison) throws
    -> PairedComparison.Row
  {
    try #require(comparison.rows.first { $0.metric == metric })
  }

  @Test("shows no difference between a run and itself")
  func same() throws {
    let comparison = try PairedComparison(before: run("a"), after: run("b"), resamples: 200)
    #expect(comparison.rows.map(\.metric) == ComparedMetric.allCases)
    for row in comparison.rows {
      #expect(row.verdict == .noDifferenceShown)
      #expect(row.difference.map { [$0.lower, $0.value, $0.upper] } == [0, 0, 0])
    }
    // q1 and q4 were decided rightly; q1 alone has a citation F1 above 0, of the four that have one.
    #expect(try row(.decisionAccuracy, comparison).difference?.before == 2.0 / 6)
    #expect(try row(.citationF1, comparison).difference?.before == 0.5 / 4)
    #expect(try row(.sentences, comparison).difference?.before == 3.0 / 6)
    #expect(try row(.tokens, comparison).difference?.before == 160.0 / 6)
    #expect(try row(.latencyMs, comparison).difference?.before == 350)
  }

  @Test("says worse for more tokens and better for less time, each the same for every search")
  func shift() throws {
    let later = run("later") {
      $0.inputTokens += 12
      $0.latency -= .milliseconds(50)
    }
    let comparison = try PairedComparison(before: run("first"), after: later, resamples: 300)
    let tokens = try row(.tokens, comparison)
    #expect(tokens.verdict == .worse)
    let difference = try #require(tokens.difference)
    #expect(abs(difference.lower - 12) < 1e-9 && abs(difference.upper - 12) < 1e-9)
    let latency = try row(.latencyMs, comparison)
    #expect(latency.verdict == .better)
    #expect(latency.difference.map { abs($0.value + 50) < 1e-9 } == true)
  }

  @Test("knows the interval of two searches by heart")
  func twoSearches() throws {
    // A resample is both of one, both of the other, or one of each: 0, 1 or 0.5.
    let pairs = [Pair(before: 3, after: 3), Pair(before: 3, after: 4)]
    let found = PairedBootstrap(resamples: 1_000, seed: 7).intervals(of: [pairs])
    #expect(found == [Difference(before: 3, after: 3.5, lower: 0, upper: 1)])
  }

  @Test("has intervals as wide as theory says")
  func width() throws {
    var random = SplitMix64(seed: 3)
    func unit() -> Double { Double(random.next() >> 11) * 0x1p-53 }
    let pairs = (0..<400).map { _ in
      let hard = 10 * unit()
      return Pair(before: hard, after: hard + 0.1 + unit())
    }
    let differences = pairs.map { ($0.after ?? 0) - ($0.before ?? 0) }
    let middle = differences.reduce(0, +) / 400
    let variance = differences.map { ($0 - middle) * ($0 - middle) }.reduce(0, +) / 400
    let half = 1.96 * (variance / 400).squareRoot()
    let found = try #require(
      PairedBootstrap(resamples: 4_000, seed: 1).intervals(of: [pairs]).first ?? nil)
    #expect(abs(found.lower - (middle - half)) < 0.15 * half)
    #expect(abs(found.upper - (middle + half)) < 0.15 * half)
    // The searches differ by 10 among themselves: unpaired, the interval would be ten times as wide.
    #expect(found.upper - found.lower < 0.08)
  }

  @Test("gives the same intervals for the same seed, and others for another")
  func deterministic() throws {
    let later = run("later") { search in
      search.inputTokens += search.search.queryID == "q1" ? 40 : -7
    }
    func compare(_ seed: UInt64) throws -> PairedComparison {
      try PairedComparison(before: run("first"), after: later, resamples: 50, seed: seed)
    }
    #expect(try compare(1) == compare(1))
    #expect(
      try (2...9).contains {
        try compare($0).rows.map(\.difference) != compare(1).rows.map(\.difference)
      })
  }

  @Test("takes means over the searches that have a value, and counts a resample only with both")
  func missing() {
    let pairs = [Pair(before: 2, after: nil), Pair(before: nil, after: 5), Pair()]
    let found = PairedBootstrap(resamples: 500, seed: 1).intervals(of: [
      pairs, [Pair(), Pair(), Pair()],
    ])
    #expect(found == [Difference(before: 2, after: 5, lower: 3, upper: 3), nil])
  }

  @Test("has no gold metric without gold")
  func withoutGold() throws {
    let report = EvaluationReport(Cases.run, name: "ours")
    let comparison = try PairedComparison(before: report, after: report, resamples: 10)
    for metric in [ComparedMetric.decisionAccuracy, .citationF1] {
      let row = try row(metric, comparison)
      #expect(row.difference == nil)
      #expect(row.verdict == .noDifferenceShown)
    }
    #expect(TextReport(report, comparison: comparison).description.contains("–"))
  }

  @Test("pairs by id in any order, and refuses runs over other searches")
  func pairing() throws {
    let first = run("first")
    let reversed = EvaluationReport(Cases.run.reversed(), name: "later", gold: Cases.gold)
    #expect(
      try PairedComparison(before: first, after: reversed, resamples: 20).rows
        == PairedComparison(before: first, after: first, resamples: 20).rows)

    func refusal(_ after: [EvaluatedSearch], before: [EvaluatedSearch] = Cases.run)
      -> PairedComparisonError?
    {
      #expect(throws: PairedComparisonError.self) {
        try PairedComparison(
          before: EvaluationReport(before, name: "a"), after: EvaluationReport(after, name: "b"))
      }
    }
    #expect(refusal(Array(Cases.run.dropLast())) == .onlyInOne(queryID: "q6"))
    #expect(refusal(Cases.run, before: Array(Cases.run.dropFirst())) == .onlyInOne(queryID: "q1"))
    #expect(refusal(Cases.run + [Cases.run[2]]) == .repeated(queryID: "q3"))
    #expect(refusal(Cases.run, before: Cases.run + [Cases.run[2]]) == .repeated(queryID: "q3"))
    #expect(refusal([], before: []) == .noSearches)
  }

  @Test("draws every search about as often")
  func uniform() {
    var random = SplitMix64(seed: 1)
    var counts = [Int](repeating: 0, count: 10)
    for _ in 0..<100_000 { counts[random.below(10)] += 1 }
    #expect(counts.allSatisfy { (9_600...10_400).contains($0) })
  }
}
