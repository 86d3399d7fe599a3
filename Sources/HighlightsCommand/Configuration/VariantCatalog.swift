import Control
import Highlights
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
    /// Nothing leaves it to highlights.evidence_tokens.
    let evidenceTokens: Int?
  }

  /// The default variant alone.
  static let none = VariantCatalog(path: nil, variants: [])

  /// By name, as the summarizer takes them.
  var settings: [String: VariantSettings] {
    Dictionary(
      uniqueKeysWithValues: variants.map {
        ($0.name, VariantSettings(prompt: $0.prompt, evidenceTokens: $0.evidenceTokens))
      })
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
