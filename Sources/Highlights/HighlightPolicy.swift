import HighlightsProtocol

/// How long highlights live and what is published with them.
public struct HighlightPolicy: Sendable, Hashable {
  /// How long a highlight is used.
  public struct Life: Sendable, Hashable {
    /// A repeated search within it gets no new call.
    public var freshFor: Duration
    /// After it the highlight must not be shown; never before it stops being fresh.
    public var expiresAfter: Duration

    public init(freshFor: Duration, expiresAfter: Duration) {
      self.freshFor = freshFor
      self.expiresAfter = max(freshFor, expiresAfter)
    }
  }

  /// Of an answer.
  public var answered: Life
  /// Of no answer, by reason; one that is missing here lives as ``otherNoAnswer``.
  public var noAnswer: [NoAnswerReason: Life]
  public var otherNoAnswer: Life
  /// Of what the provider's content filter refused.
  public var filtered: Life
  /// Videos shown below; cited ones are always shown.
  public var maxShownVideos: Int
  /// Version of the program that verifies and publishes.
  public var pipelineVersion: String
  /// What must be shown beside it.
  public var label: String
  /// The same beside a general answer.
  public var generalLabel: String

  public init(
    answered: Life = Life(freshFor: .seconds(86_400), expiresAfter: .seconds(7 * 86_400)),
    noAnswer: [NoAnswerReason: Life] = [
      .invalidReply: Life(freshFor: .seconds(600), expiresAfter: .seconds(3_600))
    ],
    otherNoAnswer: Life = Life(freshFor: .seconds(3_600), expiresAfter: .seconds(86_400)),
    filtered: Life = Life(freshFor: .seconds(86_400), expiresAfter: .seconds(7 * 86_400)),
    maxShownVideos: Int = 10, pipelineVersion: String,
    label: String = "AI-generated from the videos below",
    generalLabel: String = "AI-generated general answer, not from the videos"
  ) {
    self.answered = answered
    self.noAnswer = noAnswer
    self.otherNoAnswer = otherNoAnswer
    self.filtered = filtered
    self.maxShownVideos = maxShownVideos
    self.pipelineVersion = pipelineVersion
    self.label = label
    self.generalLabel = generalLabel
  }

  func life(status: Highlight.Status, reason: String) -> Life {
    switch status {
    case .noAnswer: NoAnswerReason(rawValue: reason).flatMap { noAnswer[$0] } ?? otherNoAnswer
    case .filtered: filtered
    default: answered
    }
  }
}
