/// What `gateway.models_file` says: the models with their prices and limits, and the deployments to fall back on.
struct ModelCatalog: Sendable, Hashable {
  /// The file's path.
  let path: String
  /// In the file's order, each name once.
  let models: [Model]
  /// First choice first, after the gateway of `gateway.*`.
  let fallbacks: [Fallback]

  struct Model: Sendable, Hashable {
    /// By the gateway's own name.
    let name: String
    /// Asked for where `gateway.model` is "default"; of at most one model.
    let isDefault: Bool
    /// Nothing means that its calls are not accounted for.
    let price: Price?
    let limits: Limits
    /// The most tokens of a call, prompt and reply together.
    let contextTokens: Int?
  }

  /// Millionths of the currency's unit for a million tokens: the number of units for one token, shifted by 12 digits.
  struct Price: Sendable, Hashable {
    let input: Int
    let output: Int
    /// ISO 4217.
    let currency: String
  }

  /// What the provider allows in a minute, 1 or more each; nothing means no limit.
  struct Limits: Sendable, Hashable {
    var requestsPerMinute: Int?
    var tokensPerMinute: Int?
    var inputTokensPerMinute: Int?
    var outputTokensPerMinute: Int?
  }

  /// Another deployment for calls that the ones before it cannot answer.
  struct Fallback: Sendable, Hashable {
    /// What calls for it.
    enum Condition: String, Sendable, CaseIterable {
      /// Those before it cannot be reached, fail or are not let to (open circuit).
      case outage
      /// Their quota is used up.
      case quota
      /// Their content filter refused.
      case contentFilter = "content_filter"
    }

    enum APIKey: Sendable, Hashable {
      case none
      /// The variable's name.
      case environment(String)
      /// The file's path.
      case file(String)
    }

    /// As it stands in logs and metrics; not `gateway`, which is the first deployment's.
    let name: String
    let baseURL: String
    /// One of ``ModelCatalog/models``.
    let model: String
    let provider: String
    let authentication: GatewaySettings.Authentication
    let apiKey: APIKey
    let usageTerms: String
    let conditions: Set<Condition>
  }

  func model(named name: String) -> Model? { models.first { $0.name == name } }

  var defaultModel: Model? { models.first(where: \.isDefault) }

  /// The names, for messages.
  var names: String { models.map(\.name).joined(separator: ", ") }
}
