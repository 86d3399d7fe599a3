import Highlights
import LLMGateway

/// Settings of the summarizer's handler.
public struct SummarizerSettings: Sendable {
  /// Where highlights go; those of a variant to `<highlightsTopic>.<variant>`.
  public var highlightsTopic: String
  public var outcomesTopic: String
  /// Searches of it are of the lower lane: limits and budget serve the others first.
  public var backfillTopic: String
  public var limits: SearchLimits
  public var evidence: EvidenceLimits
  public var policy: HighlightPolicy
  /// Asked first; named on highlights that no other one wrote.
  public var deployment: Deployment
  public var maxOutputTokens: Int
  /// Nil leaves it to the provider.
  public var temperature: Double?

  public init(
    highlightsTopic: String = "search.highlights", outcomesTopic: String = "search.outcomes",
    backfillTopic: String = "search.queries.backfill",
    limits: SearchLimits = SearchLimits(), evidence: EvidenceLimits = EvidenceLimits(),
    policy: HighlightPolicy, deployment: Deployment, maxOutputTokens: Int = 600,
    temperature: Double? = 0
  ) {
    self.highlightsTopic = highlightsTopic
    self.outcomesTopic = outcomesTopic
    self.backfillTopic = backfillTopic
    self.limits = limits
    self.evidence = evidence
    self.policy = policy
    self.deployment = deployment
    self.maxOutputTokens = maxOutputTokens
    self.temperature = temperature
  }
}
