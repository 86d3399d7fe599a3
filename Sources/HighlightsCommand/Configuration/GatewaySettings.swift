import LLMGateway

/// The LLM gateway that highlights are asked of.
struct GatewaySettings: Sendable, Hashable {
  enum Authentication: String, Sendable {
    case bearer
    case apiKey = "api-key"
  }

  /// Nothing when no gateway is configured.
  let baseURL: String?
  let model: String
  /// Prices, limits and fallbacks; nothing means none of them.
  let modelsFile: String?
  let provider: String
  let authentication: Authentication
  let apiKey: APIKey
  let queryItems: [String: String]
  let headers: [String: Secret]
  let timeout: Duration
  let attempts: Int
  let maxConnections: Int
  let maxOutputTokens: Int
  let temperature: Double
  let usageTerms: String

  /// Where the credential is; a file is only read by the commands that call the gateway.
  enum APIKey: Sendable, Hashable {
    case none
    case value(Secret)
    case file(String)

    /// The credential, if there is one.
    ///
    /// - Throws: `ConfigurationError` when the file cannot be read or holds no credential.
    func secret() throws(ConfigurationError) -> Secret? {
      switch self {
      case .none: return nil
      case .value(let secret): return secret
      case .file(let path):
        do {
          return try .file(path)
        } catch {
          throw ConfigurationError(problems: [
            .unreadableFile(path: path, cause: "gateway.api_key_file: \(error)")
          ])
        }
      }
    }
  }

  init(
    _ values: ConfigurationValues, environment: [String: String]
  ) throws(ConfigurationError) {
    baseURL = values.optionalText("gateway.base_url")
    model = values.text("gateway.model")
    modelsFile = values.optionalText("gateway.models_file")
    provider = values.text("gateway.provider")
    authentication = values.choice("gateway.auth")
    apiKey = try Self.apiKey(values, environment: environment)
    queryItems = Dictionary(uniqueKeysWithValues: values.pairs("gateway.query_items"))
    var headers: [String: Secret] = [:]
    for (name, value) in values.pairs("gateway.headers") {
      headers[name] = try Self.secret(
        value, key: "gateway.headers", from: values.source("gateway.headers"))
    }
    self.headers = headers
    timeout = values.duration("gateway.timeout")
    attempts = values.integer("gateway.attempts")
    maxConnections = values.integer("gateway.max_connections")
    maxOutputTokens = values.integer("gateway.max_output_tokens")
    temperature = values.number("gateway.temperature")
    usageTerms = values.text("gateway.usage_terms")
  }

  /// `gateway.api_key`, else the file, else the variable that `gateway.api_key_env` names.
  private static func apiKey(
    _ values: ConfigurationValues, environment: [String: String]
  ) throws(ConfigurationError) -> APIKey {
    if let key = values.optionalText("gateway.api_key") {
      return try .value(secret(key, key: "gateway.api_key", from: values.source("gateway.api_key")))
    }
    if let file = values.optionalText("gateway.api_key_file") { return .file(file) }
    guard let variable = values.optionalText("gateway.api_key_env"),
      let key = environment[variable], !key.isEmpty
    else { return .none }
    return try .value(secret(key, key: "gateway.api_key_env", from: .environment(variable)))
  }

  private static func secret(
    _ value: String, key: String, from source: ConfigurationSource
  ) throws(ConfigurationError) -> Secret {
    do {
      return try Secret(value)
    } catch {
      throw ConfigurationError(problems: [
        .invalidValue(
          key: key, value: "[redacted]", allowed: "one line of printable ASCII, not empty", source)
      ])
    }
  }
}
