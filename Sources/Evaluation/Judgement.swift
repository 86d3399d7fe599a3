/// A decision beside what people decided; what an answer cites beside what they chose.
struct Judgement: Sendable, Hashable {
  var decision: Decision
  var answerable: Bool
  /// Nil where people did not say which segments answer.
  var citations: CitationCount?

  /// Answered what can be answered, or declined what cannot.
  var isRight: Bool { decision == (answerable ? .answered : .declined) }
}

/// Distinct segments of one search, or of several together.
public struct CitationCount: Sendable, Hashable, Codable {
  public var cited: Int
  public var gold: Int
  /// Both cited and gold.
  public var hits: Int

  public init(cited: Int = 0, gold: Int = 0, hits: Int = 0) {
    self.cited = cited
    self.gold = gold
    self.hits = hits
  }

  init(cited: Set<SegmentReference>, gold: Set<SegmentReference>) {
    self.init(
      cited: cited.count, gold: gold.count, hits: cited.intersection(gold).count)
  }

  public var precision: Double? { ratio(hits, of: cited) }
  public var recall: Double? { ratio(hits, of: gold) }
  /// The harmonic mean of both; nil where nothing was cited and nothing was to cite.
  public var f1: Double? { ratio(2 * hits, of: cited + gold) }

  static func + (left: CitationCount, right: CitationCount) -> CitationCount {
    CitationCount(
      cited: left.cited + right.cited, gold: left.gold + right.gold, hits: left.hits + right.hits)
  }
}

/// A share; nil where there is nothing to have a share of, since that is neither 0 nor 1.
func ratio(_ part: Int, of whole: Int) -> Double? {
  whole == 0 ? nil : Double(part) / Double(whole)
}

/// The mean; nil of nothing.
func mean(_ values: [Double]) -> Double? {
  values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
}
