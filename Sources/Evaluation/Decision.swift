import HighlightsProtocol

/// What was decided about a search.
public enum Decision: String, Sendable, Hashable, Codable, CaseIterable {
  /// At least one sentence from the videos was published.
  case answered
  /// The videos do not answer it, says what was published; a general answer says so too.
  case declined
  /// The provider's content filter refused.
  case filtered
  /// Nothing that a person could be shown came of it.
  case failed
}

extension EvaluatedSearch {
  /// The decision, and the stable word for why; empty when answered.
  var decision: (Decision, reason: String) {
    switch ending {
    case .failed(let reason): return (.failed, reason)
    case .published(let highlight):
      switch highlight.status {
      case .answered:
        if highlight.sentences.contains(where: { $0.kind != .general }) { return (.answered, "") }
        return highlight.sentences.isEmpty
          ? (.failed, "answered_without_sentences") : (.declined, "general_answer")
      case .noAnswer: return (.declined, highlight.reason)
      case .filtered: return (.filtered, highlight.reason)
      case .withdrawn: return (.failed, "withdrawn")
      case .unspecified, .UNRECOGNIZED: return (.failed, "unknown_status")
      }
    }
  }
}
