import Testing

@testable import LLMGateway

@Suite("Deployment")
struct DeploymentTests {
  @Test(
    "posts to chat/completions under its base URL",
    arguments: [
      ("https://api.example.test/v1", [:], "https://api.example.test/v1/chat/completions"),
      ("http://127.0.0.1:8080/v1/", [:], "http://127.0.0.1:8080/v1/chat/completions"),
      ("http://[::1]:8080", [:], "http://[::1]:8080/chat/completions"),
      (
        "https://x.openai.azure.com/openai/deployments/gpt%204",
        ["api-version": "2024-10-21", "a": "b c"],
        "https://x.openai.azure.com/openai/deployments/gpt%204/chat/completions?a=b%20c&api-version=2024-10-21"
      ),
    ] as [(String, [String: String], String)])
  func endpoint(base: String, query: [String: String], expected: String) throws {
    #expect(try make(baseURL: base, query: query).endpoint == expected)
  }

  @Test(
    "refuses values that cannot work and names the key",
    arguments: [
      ("name", { @Sendable in _ = try make(name: "two words") }),
      ("provider", { @Sendable in _ = try make(provider: "") }),
      ("model", { @Sendable in _ = try make(model: "") }),
      ("usageTerms", { @Sendable in _ = try make(usageTerms: "a\nb") }),
      ("baseURL", { @Sendable in _ = try make(baseURL: "ftp://example.test") }),
      ("baseURL", { @Sendable in _ = try make(baseURL: "example.test/v1") }),
      ("baseURL", { @Sendable in _ = try make(baseURL: "https://example.test/v1?x=1") }),
      ("baseURL", { @Sendable in _ = try make(baseURL: "https://user:hunter22@example.test/v1") }),
      ("requestTimeout", { @Sendable in _ = try make(requestTimeout: .zero) }),
      ("maximumConnections", { @Sendable in _ = try make(maximumConnections: 0) }),
      ("headers", { @Sendable in _ = try make(headers: ["Authorization": Secret("x")]) }),
      ("headers", { @Sendable in _ = try make(headers: ["bad name": Secret("x")]) }),
    ] as [(String, @Sendable () throws -> Void)])
  func refusals(key: String, making: @Sendable () throws -> Void) {
    let error = #expect(throws: DeploymentError.self) { try making() }
    #expect(error?.key == key)
    #expect(error?.description.contains("hunter22") == false)
  }
}

private func make(
  name: String = "main", provider: String = "openai",
  baseURL: String = "https://example.test/v1", model: String = "m",
  query: [String: String] = [:], headers: [String: Secret] = [:],
  requestTimeout: Duration = .seconds(1), usageTerms: String = "standard",
  maximumConnections: Int = 1
) throws -> Deployment {
  try Deployment(
    name: name, provider: provider, baseURL: baseURL, model: model, authentication: .none,
    query: query, headers: headers, requestTimeout: requestTimeout, usageTerms: usageTerms,
    maximumConnections: maximumConnections)
}
