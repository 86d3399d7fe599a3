import Highlights
import LLMGateway

/// What becomes of a search that no video answers.
public enum AnswersWithoutEvidence: String, Sendable, Hashable, CaseIterable {
  case decline
  /// A second call for a general answer, labelled as not from the videos.
  case general
}

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
  public var prompt: PromptTemplate
  /// By name, beside the default one, which all else here is about. Which one a search is written as, its header says,
  /// or the fleet's switch where it has none.
  public var variants: [String: VariantSettings]
  /// What becomes of a search that no video answers.
  public var answersWithoutEvidence: AnswersWithoutEvidence
  /// Asks for a general answer.
  public var generalPrompt: PromptTemplate
  /// Asked first, by its model; named on highlights that no other one wrote.
  public var deployment: Deployment
  public var maxOutputTokens: Int
  /// Nil leaves it to the provider.
  public var temperature: Double?

  public init(
    highlightsTopic: String = "search.highlights", outcomesTopic: String = "search.outcomes",
    backfillTopic: String = "search.queries.backfill",
    limits: SearchLimits = SearchLimits(), evidence: EvidenceLimits = EvidenceLimits(),
    policy: HighlightPolicy, prompt: PromptTemplate = .highlight,
    variants: [String: VariantSettings] = [:],
    answersWithoutEvidence: AnswersWithoutEvidence = .decline,
    generalPrompt: PromptTemplate = .general, deployment: Deployment, maxOutputTokens: Int = 600,
    temperature: Double? = 0
  ) {
    self.highlightsTopic = highlightsTopic
    self.outcomesTopic = outcomesTopic
    self.backfillTopic = backfillTopic
    self.limits = limits
    self.evidence = evidence
    self.policy = policy
    self.prompt = prompt
    self.variants = variants
    self.answersWithoutEvidence = answersWithoutEvidence
    self.generalPrompt = generalPrompt
    self.deployment = deployment
    self.maxOutputTokens = maxOutputTokens
    self.temperature = temperature
  }
}
