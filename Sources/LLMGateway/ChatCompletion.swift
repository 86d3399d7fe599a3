import Foundation

/// The request body of `POST /chat/completions`.
struct ChatCompletionBody {
  /// A response format whose schema is not the text of a JSON object.
  struct InvalidSchema: Error {}

  private struct Fields: Encodable {
    struct Message: Encodable {
      let role: String
      let content: String
    }

    let model: String
    let messages: [Message]
    let maxTokens: Int?
    let maxCompletionTokens: Int?
    let temperature: Double?
    let seed: Int?
  }

  /// The JSON to send.
  ///
  /// - Throws: `InvalidSchema`, or an `EncodingError` for a temperature that is not finite.
  static func encode(_ request: ChatRequest, for deployment: Deployment) throws -> Data {
    let field = deployment.tokenLimitField
    let fields = Fields(
      model: deployment.model,
      messages: request.messages.map { .init(role: $0.role.rawValue, content: $0.content) },
      maxTokens: field == .maxTokens ? request.maxTokens : nil,
      maxCompletionTokens: field == .maxCompletionTokens ? request.maxTokens : nil,
      temperature: request.temperature, seed: request.seed)
    let encoder = JSONEncoder()
    encoder.outputFormatting = .withoutEscapingSlashes
    encoder.keyEncodingStrategy = .convertToSnakeCase
    var json = try encoder.encode(fields)
    guard case .jsonSchema(let name, let schema) = request.responseFormat else { return json }
    guard try JSONSerialization.jsonObject(with: Data(schema.utf8)) is [String: Any] else {
      throw InvalidSchema()
    }
    // Spliced in as text: decoding it into a dictionary would lose the order of properties.
    json.removeLast()
    json.append(Data(#","response_format":{"type":"json_schema","json_schema":{"name":"#.utf8))
    json.append(try encoder.encode(name))
    json.append(Data(#","strict":true,"schema":\#(schema)}}}"#.utf8))
    return json
  }
}

/// The parts of a chat completion that are read; gateways leave out most of the rest.
struct ChatCompletion: Decodable, Sendable {
  struct Choice: Decodable, Sendable {
    let message: Message
    let finishReason: String?
  }

  struct Message: Decodable, Sendable {
    let content: String?
    let refusal: String?
  }

  struct Usage: Decodable, Sendable {
    let promptTokens: Int
    let completionTokens: Int?
  }

  let id: String?
  let model: String?
  /// Nil and empty alike mean that this is no completion, such as an error sent with status 200.
  let choices: [Choice]?
  let usage: Usage?

  static func decode(_ data: Data) throws -> ChatCompletion {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(ChatCompletion.self, from: data)
  }

  var tokens: TokenUsage? {
    usage.map { TokenUsage(input: $0.promptTokens, output: $0.completionTokens ?? 0) }
  }
}
