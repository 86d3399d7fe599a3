import Control
import Highlights
import LLMGateway

/// How the highlights of a variant are written; the rest is as for the default one.
public struct VariantSettings: Sendable {
  public var prompt: PromptTemplate
  /// Nil leaves it as it is; see ``EvidenceLimits/tokens``.
  public var evidenceTokens: Int?
  /// Asked in place of the default one's; nil leaves it as it is.
  public var deployment: Deployment?

  public init(
    prompt: PromptTemplate, evidenceTokens: Int? = nil, deployment: Deployment? = nil
  ) {
    self.prompt = prompt
    self.evidenceTokens = evidenceTokens
    self.deployment = deployment
  }
}

/// A variant that this worker writes.
struct Variant: Sendable {
  /// Empty for the default one.
  let name: String
  let settings: SummarizerSettings
  let writer: HighlightWriter

  /// Where its highlights go.
  var topic: String { VariantName.topic(of: name, highlights: settings.highlightsTopic) }

  /// All that the settings declare and the default one, by name.
  static func all(_ settings: SummarizerSettings, gateway: any ChatGateway) -> [String: Variant] {
    var variants = ["": Variant(name: "", settings, gateway)]
    for (name, changes) in settings.variants {
      precondition(
        VariantName.isValid(name) && name != VariantName.defaultName,
        "the name of the variant \"\(name)\" was not checked; allowed: \(VariantName.allowed)")
      var own = settings
      own.prompt = changes.prompt
      if let deployment = changes.deployment { own.deployment = deployment }
      if let tokens = changes.evidenceTokens { own.evidence.tokens = tokens }
      variants[name] = Variant(name: name, own, gateway)
    }
    return variants
  }

  private init(name: String, _ settings: SummarizerSettings, _ gateway: any ChatGateway) {
    self.name = name
    self.settings = settings
    writer = HighlightWriter(settings: settings, gateway: gateway)
  }
}
