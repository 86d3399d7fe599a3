/// The parts of an OpenAI-compatible chat completion that a simulator reads and writes.
enum ChatCompletion {
  struct Request: Decodable, Sendable {
    let model: String?
    let messages: [Message]
    let stream: Bool?

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
      let finishReason = "stop"
    }
    struct Reply: Encodable, Sendable {
      let role = "assistant"
      let content: String
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

  /// Token counts by estimate: a token for every 4 bytes of UTF-8, rounded up.
  struct Usage: Encodable, Sendable {
    let promptTokens: Int
    let completionTokens: Int
    let totalTokens: Int

    init(promptBytes: Int, completionBytes: Int) {
      promptTokens = (promptBytes + 3) / 4
      completionTokens = (completionBytes + 3) / 4
      totalTokens = promptTokens + completionTokens
    }
  }
}
