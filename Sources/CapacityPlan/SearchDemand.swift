/// What is searched for: how often, how unevenly, and for how long an answer counts.
public struct SearchDemand: Sendable, Hashable {
  /// Mean searches a second that reach the workers. Look-ups that find a fresh highlight do not.
  public let searchesPerSecond: Double
  /// The busiest time's rate over the mean; limits and workers have to do for it, money for the mean.
  public let peakFactor: Double
  public let skew: KeySkew
  /// The part of searches whose key nobody searched for before: each is a call.
  public let newKeyShare: Double
  /// Seconds for which an answer counts (`highlights.fresh_for`).
  public let freshFor: Double
  /// The part of keys that no video answers, and for how many seconds that counts (`highlights.no_answer_fresh_for`).
  public let noAnswerShare: Double
  public let noAnswerFreshFor: Double
  /// The part of refreshes that find other evidence than before. The rest is published again without a call.
  public let changedShare: Double
  /// Seconds for which a highlight is kept (`highlights.expires_after`).
  public let expiresAfter: Double

  /// - Throws: ``PlanInputError`` for the first wrong figure.
  public init(
    searchesPerSecond: Double, peakFactor: Double = 1, skew: KeySkew, newKeyShare: Double = 0,
    freshFor: Double, noAnswerShare: Double = 0, noAnswerFreshFor: Double? = nil,
    changedShare: Double = 1, expiresAfter: Double? = nil
  ) throws(PlanInputError) {
    self.searchesPerSecond = try searchesPerSecond.checked("searches-per-second", 0.001...1e7)
    self.peakFactor = try peakFactor.checked("peak-factor", 1...1_000)
    self.skew = try skew.checked()
    self.newKeyShare = try newKeyShare.checked("new-keys", 0...1)
    self.freshFor = try freshFor.checked("fresh-for", 0...3.2e7)
    self.noAnswerShare = try noAnswerShare.checked("no-answer", 0...1)
    self.noAnswerFreshFor = try (noAnswerFreshFor ?? freshFor).checked(
      "no-answer-fresh-for", 0...3.2e7)
    self.changedShare = try changedShare.checked("changed", 0...1)
    self.expiresAfter = try (expiresAfter ?? freshFor).checked("expires-after", 0...3.2e8)
    guard self.expiresAfter >= max(self.freshFor, self.noAnswerFreshFor) else {
      throw PlanInputError(
        name: "expires-after", value: "\(self.expiresAfter)",
        allowed: "at least fresh-for and no-answer-fresh-for")
    }
  }

  /// Searches a second at the busiest time.
  public var peak: Double { searchesPerSecond * peakFactor }
}

/// How searches are spread over keys.
public enum KeySkew: Sendable, Hashable {
  /// The key of rank i is searched for in proportion to 1 / i^exponent; 0 is even.
  case zipf(exponent: Double, keys: Int)
  /// Counts of searches, or any other weights, in any order.
  case weights([Double])

  public var keys: Int {
    switch self {
    case .zipf(_, let keys): keys
    case .weights(let weights): weights.count
    }
  }

  fileprivate func checked() throws(PlanInputError) -> KeySkew {
    switch self {
    case .zipf(let exponent, let keys):
      _ = try exponent.checked("zipf", 0...5)
      _ = try keys.checked("keys", 1...1_000_000_000)
    case .weights(let weights):
      _ = try weights.count.checked("weights", 1...20_000_000)
      if let bad = weights.first(where: { !($0.isFinite && $0 > 0) }) {
        throw PlanInputError(name: "weights", value: "\(bad)", allowed: "numbers above 0")
      }
    }
    return self
  }
}
