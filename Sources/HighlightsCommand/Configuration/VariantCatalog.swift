import Control
import Highlights
import LLMGateway
import Summarizer

/// What `highlights.variants` says: the variants that are written beside the default one.
struct VariantCatalog: Sendable {
  /// The file's path; nil without one.
  let path: String?
  /// In the file's order, each name once; the default one is none of them.
  let variants: [Variant]

  struct Variant: Sendable {
    /// As in a topic's name; see `VariantName`.
    let name: String
    /// Of the prompt.
    let folder: String
    let prompt: PromptTemplate
    /// One of gateway.models_file; nothing leaves it to gateway.model.
    let model: String?
    /// Nothing leaves it to highlights.evidence_tokens.
    let evidenceTokens: Int?
  }

  /// The default variant alone.
  static let none = VariantCatalog(path: nil, variants: [])

  /// By name, as the summarizer takes them.
  ///
  /// - Parameter deployments: those that are called, the first of a model being the one that answers for it.
  func settings(_ deployments: [Deployment] = []) -> [String: VariantSettings] {
    Dictionary(
      uniqueKeysWithValues: variants.map { variant in
        (
          variant.name,
          VariantSettings(
            prompt: variant.prompt, evidenceTokens: variant.evidenceTokens,
            deployment: variant.model.flatMap { model in
              deployments.first { $0.model == model }
            })
        )
      })
  }

  /// The models that variants declare, each once, in their order, with where the first to declare it stands.
  var models: [(name: String, key: String)] {
    var models: [(name: String, key: String)] = []
    for (index, variant) in variants.enumerated() {
      guard let model = variant.model, !models.contains(where: { $0.name == model }) else {
        continue
      }
      models.append((model, "variants[\(index)].model"))
    }
    return models
  }

  /// All names as messages carry them, the default one's, which is empty, first.
  var names: [String] { [""] + variants.map(\.name) }

  /// The names for messages to people.
  var shownNames: String { names.map(VariantName.shown).joined(separator: ", ") }

  func variant(named name: String) -> Variant? { variants.first { $0.name == name } }
}

extension Settings {
  /// The variants of the file that `highlights.variants` names.
  ///
  /// - Throws: `ConfigurationError` with everything that is wrong in it.
  func variantCatalog() throws(ConfigurationError) -> VariantCatalog {
    guard let path = highlights.variants else { return .none }
    return try VariantCatalog(path: path)
  }
}
