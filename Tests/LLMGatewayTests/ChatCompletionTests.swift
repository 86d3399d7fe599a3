import Foundation
import Testing

@testable import LLMGateway

@Suite("Chat completion bodies")
struct ChatCompletionTests {
  private func encode(
    _ request: ChatRequest, _ field: Deployment.TokenLimitField = .maxTokens
  ) throws -> String {
    let deployment = try Deployment(
      name: "main", provider: "openai", baseURL: "https://example.test", model: "gpt",
      authentication: .none, tokenLimitField: field)
    let data = try ChatCompletionBody.encode(request, for: deployment)
    #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: data) }
    return String(decoding: data, as: UTF8.self)
  }

  @Test("a schema is sent in its own order, strictly, under its name")
  func schema() throws {
    let schema = #"{"type":"object","properties":{"zebra":{"type":"string"},"ant":{}}}"#
    let json = try encode(
      ChatRequest(
        messages: [ChatMessage(.user, "hi")], maxTokens: 5,
        responseFormat: .jsonSchema(name: "a\"b", schema: schema)))
    #expect(
      json.hasSuffix(
        #","response_format":{"type":"json_schema","json_schema":{"name":"a\"b","strict":true,"schema":"#
          + schema + "}}}"))
  }

  @Test("a schema that is no JSON object is refused", arguments: ["", "[]", "{", "1", "{} {}"])
  func badSchema(schema: String) {
    #expect(throws: (any Error).self) {
      try encode(
        ChatRequest(
          messages: [], maxTokens: 5, responseFormat: .jsonSchema(name: "n", schema: schema)))
    }
  }

  @Test("options that are not set are not sent, and the token limit goes by the deployment's name")
  func options() throws {
    let plain = try encode(ChatRequest(messages: [ChatMessage(.system, "s")], maxTokens: 7))
    for absent in ["temperature", "seed", "response_format", "max_completion_tokens"] {
      #expect(!plain.contains(absent))
    }
    #expect(plain.contains(#""max_tokens":7"#) && plain.contains(#""model":"gpt""#))
    let full = try encode(
      ChatRequest(messages: [], maxTokens: 7, temperature: 0.5, seed: 3), .maxCompletionTokens)
    #expect(full.contains(#""max_completion_tokens":7"#) && !full.contains("max_tokens"))
    #expect(full.contains(#""temperature":0.5"#) && full.contains(#""seed":3"#))
  }

  @Test("finish reasons keep words that are not known")
  func finishReasons() {
    let words = ["stop", "length", "content_filter", "tool_calls"]
    #expect(
      words.map(FinishReason.init(wire:)) == [.stop, .length, .contentFilter, .other("tool_calls")])
    #expect(words.map { FinishReason(wire: $0).wire } == words)
    #expect(FinishReason(wire: nil) == .other(""))
  }
}
