/// What two runs are compared by, a value for each search.
public enum ComparedMetric: String, Sendable, Hashable, Codable, CaseIterable {
  /// 1 for a search answered that can be, or declined that cannot be answered; else 0.
  case decisionAccuracy = "decision_accuracy"
  /// Of the segments cited, against gold; a search with nothing to cite and nothing cited has none.
  case citationF1 = "citation_f1"
  /// Grounded sentences published.
  case sentences
  /// Tokens in and out.
  case tokens
  case latencyMs = "latency_ms"

  public var name: String {
    switch self {
    case .decisionAccuracy: "right decisions"
    case .citationF1: "citation F1"
    case .sentences: "sentences published"
    case .tokens: "tokens"
    case .latencyMs: "latency"
    }
  }

  public var moreIsBetter: Bool {
    switch self {
    case .decisionAccuracy, .citationF1, .sentences: true
    case .tokens, .latencyMs: false
    }
  }

  func value(of search: ScoredSearch) -> Double? {
    switch self {
    case .decisionAccuracy: search.judgement.map { $0.isRight ? 1 : 0 }
    case .citationF1: search.citations?.f1
    case .sentences: Double(search.groundedSentences.count)
    case .tokens: Double(search.inputTokens + search.outputTokens)
    case .latencyMs: search.latencyMs
    }
  }
}
