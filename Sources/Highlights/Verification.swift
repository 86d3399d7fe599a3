/// A sentence that may be published: only a ``Verifier`` makes one.
public struct VerifiedSentence: Sendable, Hashable {
  public let text: String
  /// At least one.
  public let citations: [VerifiedCitation]
}

/// A citation whose quote stands in its segment.
public struct VerifiedCitation: Sendable, Hashable {
  public let segment: Evidence.Segment
  /// An exact stretch of the segment's text, line breaks included.
  public let quote: String
}

/// How a search was answered.
public enum Verdict: Sendable, Hashable {
  /// At least one sentence, at most as many as a highlight may have.
  case answered([VerifiedSentence])
  /// Sentences of the model's own knowledge; see ``GeneralVerifier``.
  case general([String])
  case noAnswer(NoAnswerReason)
  /// The provider's content filter refused; the reason is a stable word.
  case filtered(reason: String)
}

/// The verdict on a reply, and what was left out of it.
public struct Verification: Sendable, Hashable {
  public let verdict: Verdict
  /// Sentences the model wrote that are not published, by reason.
  public let dropped: [DropReason: Int]

  public init(verdict: Verdict, dropped: [DropReason: Int] = [:]) {
    self.verdict = verdict
    self.dropped = dropped
  }
}
