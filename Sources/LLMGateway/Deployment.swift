import Foundation

/// One model at one OpenAI-compatible endpoint: where it is, how to authenticate, how long to wait.
///
/// Every value is checked when it is made, so that a wrong configuration fails at start and not in
/// the first call.
public struct Deployment: Sendable, Hashable {
  /// How the credential is sent.
  public enum Authentication: Sendable, Hashable {
    /// `Authorization: Bearer <secret>` (OpenAI, LiteLLM, most others).
    case bearer(Secret)
    /// `api-key: <secret>` (Azure OpenAI).
    case apiKey(Secret)
    /// No credential, for a gateway inside the cluster.
    case none
  }

  /// Which field carries ``ChatRequest/maxTokens``.
  public enum TokenLimitField: String, Sendable, Hashable, CaseIterable {
    /// Understood by nearly every gateway.
    case maxTokens = "max_tokens"
    /// The only one that OpenAI's reasoning models accept.
    case maxCompletionTokens = "max_completion_tokens"
  }

  /// The name used in logs, metrics and errors.
  public let name: String
  /// The provider's word, such as `openai`, `azure` or `simulator`.
  public let provider: String
  /// The URL up to, and without, `/chat/completions`.
  public let baseURL: URL
  /// The model asked for; where the URL selects the deployment (Azure) it is sent all the same.
  public let model: String
  public let authentication: Authentication
  /// Extra query items, such as Azure's `api-version`; they show in traces, so no credentials.
  public let query: [String: String]
  /// Extra headers; their values may be credentials and are treated as such.
  public let headers: [String: Secret]
  /// The longest that one call may take, from connecting to the last byte of the reply.
  public let requestTimeout: Duration
  /// The provider's terms that apply to what this deployment writes, copied into provenance.
  public let usageTerms: String
  /// The most HTTP/1.1 connections open at once. A call that finds all of them busy fails after the
  /// connect timeout, so callers keep no more calls than this in flight.
  public let maximumConnections: Int
  public let tokenLimitField: TokenLimitField

  /// Checks and holds the values.
  ///
  /// - Throws: ``DeploymentError`` that names the first wrong key, its value and what is allowed.
  public init(
    name: String, provider: String, baseURL: String, model: String,
    authentication: Authentication, query: [String: String] = [:],
    headers: [String: Secret] = [:], requestTimeout: Duration = .seconds(30),
    usageTerms: String = "unspecified", maximumConnections: Int = 32,
    tokenLimitField: TokenLimitField = .maxTokens
  ) throws(DeploymentError) {
    self.name = try Self.word(name, key: "name")
    self.provider = try Self.word(provider, key: "provider")
    self.baseURL = try Self.url(baseURL)
    self.model = try Self.text(model, key: "model")
    self.usageTerms = try Self.text(usageTerms, key: "usageTerms")
    self.authentication = authentication
    self.query = query
    for field in headers.keys.sorted() { try Self.checkHeader(field) }
    self.headers = headers
    guard requestTimeout >= .milliseconds(1), requestTimeout <= .seconds(3600) else {
      throw DeploymentError(
        key: "requestTimeout", value: "\(requestTimeout)", allowed: "1 ms to 1 hour")
    }
    self.requestTimeout = requestTimeout
    guard (1...10_000).contains(maximumConnections) else {
      throw DeploymentError(
        key: "maximumConnections", value: "\(maximumConnections)", allowed: "1 to 10000")
    }
    self.maximumConnections = maximumConnections
    self.tokenLimitField = tokenLimitField
  }

  /// The URL that calls are posted to.
  var endpoint: String {
    var components = URLComponents()
    components.scheme = baseURL.scheme
    components.host = baseURL.host(percentEncoded: false)
    components.port = baseURL.port
    let path = baseURL.path(percentEncoded: true)
    components.percentEncodedPath =
      (path.hasSuffix("/") ? String(path.dropLast()) : path) + "/chat/completions"
    if !query.isEmpty {
      components.queryItems = query.sorted { $0.key < $1.key }
        .map { URLQueryItem(name: $0.key, value: $0.value) }
    }
    return components.string ?? baseURL.absoluteString + "/chat/completions"
  }

  var authenticationHeader: (name: String, value: String)? {
    switch authentication {
    case .bearer(let secret): ("authorization", "Bearer \(secret.value)")
    case .apiKey(let secret): ("api-key", secret.value)
    case .none: nil
    }
  }

  /// Everything that no error, log or span may show.
  var secrets: [Secret] {
    let credential: [Secret] =
      switch authentication {
      case .bearer(let secret), .apiKey(let secret): [secret]
      case .none: []
      }
    return credential + headers.values
  }
}

extension Deployment: CustomStringConvertible {
  public var description: String { "\(name) (\(provider) \(model) at \(baseURL.absoluteString))" }
}

extension Deployment {
  private static func word(_ value: String, key: String) throws(DeploymentError) -> String {
    let isAllowed = value.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
        UInt8(ascii: "-"):
        true
      default: false
      }
    }
    guard isAllowed, (1...64).contains(value.utf8.count) else {
      throw DeploymentError(
        key: key, value: value, allowed: "1 to 64 letters, digits, '.', '_' and '-'")
    }
    return value
  }

  private static func text(_ value: String, key: String) throws(DeploymentError) -> String {
    guard (1...256).contains(value.count), !value.contains(where: \.isNewline) else {
      throw DeploymentError(key: key, value: value, allowed: "one line of 1 to 256 characters")
    }
    return value
  }

  private static func url(_ value: String) throws(DeploymentError) -> URL {
    let url = URL(string: value)
    guard let url, let scheme = url.scheme?.lowercased(), ["http", "https"].contains(scheme),
      let host = url.host(percentEncoded: false), !host.isEmpty, url.user() == nil,
      url.query() == nil, url.fragment() == nil
    else {
      throw DeploymentError(
        key: "baseURL", value: value.contains("@") ? "(not shown: it holds an '@')" : value,
        allowed: "an http or https URL with a host, without user, query (use `query`) or fragment")
    }
    return url
  }

  private static func checkHeader(_ field: String) throws(DeploymentError) {
    let reserved: Set<String> = [
      "api-key", "authorization", "connection", "content-length", "content-type", "host",
      "transfer-encoding",
    ]
    let isToken = !field.isEmpty && field.utf8.allSatisfy(Self.isTokenByte)
    guard isToken, !reserved.contains(field.lowercased()) else {
      throw DeploymentError(
        key: "headers", value: field,
        allowed: "an HTTP token other than \(reserved.sorted().joined(separator: ", "))")
    }
  }

  /// RFC 9110, section 5.6.2.
  private static func isTokenByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
  }
}

/// A value of a ``Deployment`` that cannot work.
public struct DeploymentError: Error, Hashable, CustomStringConvertible {
  /// The property at fault.
  public let key: String
  /// The value given; of headers, only the field name.
  public let value: String
  /// What would be accepted.
  public let allowed: String

  public var description: String {
    "Deployment key \(key): \"\(value)\" is not allowed; use \(allowed)."
  }
}
