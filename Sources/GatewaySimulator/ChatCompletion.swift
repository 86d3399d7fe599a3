/// The parts of an OpenAI-compatible chat completion that a simulator reads and writes.
enum ChatCompletion {
  struct Request: Decodable, Sendable {
    let model: String?
    let messages: [Message]
    let stream: Bool?
    /// The bound of the answer, by its older and by its newer name.
    let maxTokens: Int?
    let maxCompletionTokens: Int?

    enum CodingKeys: String, CodingKey {
      case model, messages, stream
      case maxTokens = "max_tokens"
      case maxCompletionTokens = "max_completion_tokens"
    }

    /// The most tokens that the answer may have; nil for as many as the model likes.
    var outputBound: Int? {
      (maxCompletionTokens ?? maxTokens).map { min(max(0, $0), 1_000_000_000) }
    }

    /// The text of the last user message, which holds the prompt; nil without one.
    var prompt: String? { messages.last { $0.role == "user" }?.content?.text }

    var usageBytes: Int {
      messages.reduce(0) { $0 + $1.role.utf8.count + ($1.content?.text.utf8.count ?? 0) }
    }
  }

  struct Message: Decodable, Sendable {
    let role: String
    let content: Content?
  }

  /// A plain string, or a list of parts of which those of type text count.
  struct Content: Decodable, Sendable {
    let text: String

    private struct Part: Decodable {
      let text: String?
    }

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      do {
        text = try container.decode(String.self)
      } catch DecodingError.typeMismatch {
        text = try container.decode([Part].self).compactMap(\.text).joined(separator: "\n")
      }
    }
  }

  struct Response: Encodable, Sendable {
    struct Choice: Encodable, Sendable {
      let index = 0
      let message: Reply
      let finishReason: String
    }
    struct Reply: Encodable, Sendable {
      let role = "assistant"
      let content: String?
      let refusal: String?

      enum CodingKeys: CodingKey { case role, content, refusal }

      func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(role, forKey: .role)
        // Without content there is a null, as with the real ones.
        try container.encode(content, forKey: .content)
        try container.encodeIfPresent(refusal, forKey: .refusal)
      }
    }
    let id: String
    let object = "chat.completion"
    let created: Int
    // What served, as with the real ones; what was asked for stands beside it.
    let model = ExtractiveModel.name
    let requestedModel: String?
    let systemFingerprint = ExtractiveModel.label
    let choices: [Choice]
    let usage: Usage
  }

  struct Usage: Encodable, Sendable, Equatable {
    let promptTokens: Int
    let completionTokens: Int
    let totalTokens: Int

    init(promptTokens: Int, completionTokens: Int) {
      self.promptTokens = promptTokens
      self.completionTokens = completionTokens
      totalTokens = promptTokens + completionTokens
    }

    /// Tokens by estimate: one for every 4 bytes of UTF-8, rounded up.
    static func tokens(inBytes bytes: Int) -> Int { (bytes + 3) / 4 }
  }
}

/// What an answer took.
struct ReplyUsage: Sendable, Equatable {
  /// As `usage` in the answer tells it, and as the ledger counts it.
  let told: ChatCompletion.Usage
  /// The prompt's tokens by estimate, also where the answer does not tell them.
  let promptEstimate: Int
}
