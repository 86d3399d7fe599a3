/// Two runs over the same searches, such as two versions of a prompt.
public struct PairedComparison: Sendable, Hashable, Codable {
  public enum Verdict: String, Sendable, Hashable, Codable {
    case better
    case worse
    /// The interval holds 0, or there is nothing to compare.
    case noDifferenceShown = "no difference shown"
  }

  public struct Row: Sendable, Hashable, Codable {
    public let metric: ComparedMetric
    /// Of the means over searches; nil where a run has no value for any, as gold metrics without
    /// gold.
    public let difference: Difference?
    /// Of the later run.
    public let verdict: Verdict
  }

  public let before: String
  public let after: String
  public let searches: Int
  public let resamples: Int
  /// Every metric once. Each interval is by itself a 95 % one.
  public let rows: [Row]

  /// Compares search by search, resampling searches; the same runs and seed give the same intervals.
  ///
  /// - Parameter resamples: At least 1.
  /// - Throws: ``PairedComparisonError`` where the runs are not over the same searches.
  public init(
    before: EvaluationReport, after: EvaluationReport, resamples: Int = 10_000, seed: UInt64 = 1
  ) throws(PairedComparisonError) {
    let pairs = try Self.pairs(before.searches, after.searches)
    self.before = before.name
    self.after = after.name
    searches = pairs.count
    self.resamples = resamples
    let metrics = ComparedMetric.allCases
    let differences = PairedBootstrap(resamples: resamples, seed: seed).intervals(
      of: metrics.map { metric in
        pairs.map { .init(before: metric.value(of: $0), after: metric.value(of: $1)) }
      })
    rows = zip(metrics, differences).map { metric, difference in
      Row(
        metric: metric, difference: difference,
        verdict: Self.verdict(difference, moreIsBetter: metric.moreIsBetter))
    }
  }

  private static func verdict(_ difference: Difference?, moreIsBetter: Bool) -> Verdict {
    guard let difference else { return .noDifferenceShown }
    if difference.lower > 0 { return moreIsBetter ? .better : .worse }
    if difference.upper < 0 { return moreIsBetter ? .worse : .better }
    return .noDifferenceShown
  }

  private static func pairs(
    _ before: [ScoredSearch], _ after: [ScoredSearch]
  ) throws(PairedComparisonError) -> [(ScoredSearch, ScoredSearch)] {
    guard !before.isEmpty || !after.isEmpty else { throw .noSearches }
    var rest: [String: ScoredSearch] = [:]
    for search in after {
      if rest.updateValue(search, forKey: search.queryID) != nil {
        throw .repeated(queryID: search.queryID)
      }
    }
    var seen: Set<String> = []
    var pairs: [(ScoredSearch, ScoredSearch)] = []
    for search in before {
      guard seen.insert(search.queryID).inserted else { throw .repeated(queryID: search.queryID) }
      guard let other = rest.removeValue(forKey: search.queryID) else {
        throw .onlyInOne(queryID: search.queryID)
      }
      pairs.append((search, other))
    }
    if let left = after.first(where: { rest[$0.queryID] != nil }) {
      throw .onlyInOne(queryID: left.queryID)
    }
    return pairs
  }
}

/// Why two runs cannot be compared search by search.
public enum PairedComparisonError: Error, Sendable, Hashable, CustomStringConvertible {
  case noSearches
  /// A run has two searches of that id.
  case repeated(queryID: String)
  case onlyInOne(queryID: String)

  public var description: String {
    switch self {
    case .noSearches: "there is no search in either run to compare"
    case .repeated(let id):
      "search \"\(id.prefix(80))\" stands twice in a run; each search may be asked once to be paired"
    case .onlyInOne(let id):
      "search \"\(id.prefix(80))\" is in one run only; compare runs over the same searches"
    }
  }
}
