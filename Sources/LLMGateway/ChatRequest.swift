/// One turn of a chat.
public struct ChatMessage: Sendable, Hashable {
  /// Who speaks.
  public enum Role: String, Sendable, Hashable {
    case system, user, assistant
  }

  public let role: Role
  public let content: String

  public init(_ role: Role, _ content: String) {
    self.role = role
    self.content = content
  }
}

/// What to ask; the deployment that answers adds its model.
public struct ChatRequest: Sendable, Hashable {
  /// The form that the reply's content must have.
  public enum ResponseFormat: Sendable, Hashable {
    case text
    /// Strict structured output. `schema` is the text of a JSON object and is sent as it stands,
    /// because models write properties in the schema's order.
    case jsonSchema(name: String, schema: String)
  }

  public var messages: [ChatMessage]
  /// The most tokens that the reply may have.
  public var maxTokens: Int
  /// Sampling temperature; nil leaves it to the provider, as reasoning models require.
  public var temperature: Double?
  public var seed: Int?
  public var responseFormat: ResponseFormat

  public init(
    messages: [ChatMessage], maxTokens: Int, temperature: Double? = nil, seed: Int? = nil,
    responseFormat: ResponseFormat = .text
  ) {
    self.messages = messages
    self.maxTokens = maxTokens
    self.temperature = temperature
    self.seed = seed
    self.responseFormat = responseFormat
  }
}
