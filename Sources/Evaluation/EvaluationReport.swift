import Foundation
import HighlightsProtocol

/// A run over a set of searches in numbers; what reports in text, JSON and HTML show.
public struct EvaluationReport: Sendable, Hashable, Codable {
  /// Something worth knowing about the run, such as its model or its prompt.
  public struct Fact: Sendable, Hashable, Codable {
    public let name: String
    public let value: String

    public init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  /// What the run is called: the head of its column.
  public let name: String
  public let facts: [Fact]
  public let counts: RunCounts
  /// Nil without gold, or where it is about none of the searches.
  public let gold: GoldFigures?
  /// On the same searches; empty without gold.
  public let baselines: [BaselineFigures]
  /// Published text in which an instruction hidden in a video was obeyed; nil where none was hidden.
  public let injectionsObeyed: Int?
  /// Nil for a run without searches.
  public let latency: LatencyFigures?
  /// One for each search, in the order of the run.
  public let searches: [ScoredSearch]

  /// Scores a run.
  ///
  /// - Parameters:
  ///   - searches: One for each search asked, failed ones included.
  ///   - gold: Searches it is not about are left out of the figures that need it.
  ///   - injectionsObeyed: What a checker found, where instructions were hidden in the videos.
  public init(
    _ searches: [EvaluatedSearch], name: String, facts: [Fact] = [], gold: GoldSet? = nil,
    injectionsObeyed: Int? = nil
  ) {
    let scored = searches.map { ScoredSearch($0, gold: gold?[$0.search.queryID]) }
    self.name = name
    self.facts = facts
    self.searches = scored
    self.injectionsObeyed = injectionsObeyed
    counts = RunCounts(scored)
    self.gold = GoldFigures(scored.compactMap(\.judgement))
    latency = LatencyFigures(milliseconds: scored.map(\.latencyMs))
    baselines = Baseline.standard.compactMap { baseline in
      let judgements = searches.compactMap { evaluated in
        gold?[evaluated.search.queryID].map { baseline.judgement(of: evaluated.search, gold: $0) }
      }
      return GoldFigures(judgements).map { BaselineFigures(name: "\(baseline)", gold: $0) }
    }
  }

  /// Reads what ``json()`` wrote.
  ///
  /// - Throws: `DecodingError` naming the key that is missing or wrong.
  public init(json: Data) throws {
    self = try JSONDecoder().decode(Self.self, from: json)
  }

  /// Indented, its keys sorted: the same run gives the same bytes. A ratio of nothing is left out.
  public func json() throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(self)
  }
}
