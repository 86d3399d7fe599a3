import Foundation
import Testing

@testable import HighlightsCommand

@Suite("A file of models")
struct ModelCatalogTests {
  private static let whole = """
    models:
      - name: small
        default: true
        price: {input: 150000, output: 600000, currency: USD}
        limits: {requests_per_minute: 60, tokens_per_minute: 100000}
        context_tokens: 128000
      - name: large
        limits:
          input_tokens_per_minute: 1
          output_tokens_per_minute: 2
    fallbacks:
      - name: second
        base_url: https://second/v1
        model: large
        provider: azure
        auth: api-key
        api_key_env: SECOND_KEY
        usage_terms: no training
        on: [quota, content_filter]
      - {name: third, base_url: "http://third/v1", model: small, provider: other}
    """

  @Test("gives prices, limits and fallbacks in its order")
  func whole() throws {
    try withFile(Self.whole) { path in
      let catalog = try ModelCatalog(path: path)
      #expect(catalog.path == path)
      #expect(
        catalog.models == [
          .init(
            name: "small", isDefault: true,
            price: .init(input: 150_000, output: 600_000, currency: "USD"),
            limits: .init(requestsPerMinute: 60, tokensPerMinute: 100_000), contextTokens: 128_000),
          .init(
            name: "large", isDefault: false, price: nil,
            limits: .init(inputTokensPerMinute: 1, outputTokensPerMinute: 2), contextTokens: nil),
        ])
      #expect(
        catalog.fallbacks == [
          .init(
            name: "second", baseURL: "https://second/v1", model: "large", provider: "azure",
            authentication: .apiKey, apiKey: .environment("SECOND_KEY"), usageTerms: "no training",
            conditions: [.quota, .contentFilter]),
          .init(
            name: "third", baseURL: "http://third/v1", model: "small", provider: "other",
            authentication: .bearer, apiKey: .none, usageTerms: "unspecified",
            conditions: [.outage, .quota]),
        ])
      #expect(catalog.defaultModel?.name == "small")
    }
  }

  @Test("Config/models.yaml is one")
  func example() throws {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Config/models.yaml").path
    let catalog = try ModelCatalog(path: path)
    #expect(catalog.defaultModel?.price != nil)
    #expect(catalog.model(named: "extractive-simulator")?.price?.output == 0)
  }

  @Test("what its comments leave out, Config/models.yaml could have")
  func exampleComments() throws {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Config/models.yaml").path
    let text = try String(contentsOfFile: path, encoding: .utf8)
      .replacing("fallbacks: []\n#  - name", with: "fallbacks:\n  - name")
      .replacing(/(?m)^#  ( {2}[a-z])/) { "  \($0.output.1)" }
      .replacing(/# (input|output)_tokens/) { "\($0.output.1)_tokens" }
    try withFile(text) { path in
      let catalog = try ModelCatalog(path: path)
      #expect(catalog.fallbacks.first?.conditions == Set(ModelCatalog.Fallback.Condition.allCases))
      #expect(catalog.fallbacks.first?.apiKey == .environment("SECOND_API_KEY"))
      #expect(catalog.models[0].limits.outputTokensPerMinute == 50_000)
    }
  }

  struct Wrong: Sendable, CustomTestStringConvertible {
    var yaml: String
    /// What the error says, with FILE for the path.
    var says: String
    var testDescription: String { says }

    init(_ yaml: String, _ says: String) {
      self.yaml = yaml
      self.says = says
    }

    static func model(_ rest: String, _ says: String) -> Wrong {
      Wrong("models: [{name: a}, {name: b, \(rest)}]", says)
    }

    static func fallback(_ rest: String, _ says: String) -> Wrong {
      Wrong("models: [{name: a}]\nfallbacks: [{\(rest)}]", says)
    }
  }

  private static let second = "name: b, base_url: \"http://b/v1\", model: a, provider: p"

  static let wrong: [Wrong] = [
    .model(
      "limits: {requests_per_minute: 0}",
      "models[1].limits.requests_per_minute is \"0\" (file FILE); allowed: a whole number from 1 "
        + "to 1000000000000."),
    .model(
      "limits: {tokens_per_minute: 1.5}",
      "models[1].limits.tokens_per_minute is \"1.5\" (file FILE); allowed: a whole number from 1"),
    .model(
      "limits: {input_tokens_per_minute: -1}",
      "models[1].limits.input_tokens_per_minute is \"-1\" (file FILE)"),
    .model(
      "limits: {output_tokens_per_minute: many}",
      "models[1].limits.output_tokens_per_minute is \"many\" (file FILE)"),
    .model(
      "limits: {rpm: 60, request_per_minute: 60}",
      "models[1].limits.request_per_minute (file FILE) is no setting; did you mean "
        + "models[1].limits.requests_per_minute?"),
    .model("limits: 60", "models[1].limits is \"60\" (file FILE); allowed: a mapping of requests_"),
    .model(
      "price: {input: -1, output: 2, currency: USD}",
      "models[1].price.input is \"-1\" (file FILE); allowed: a whole number from 0"),
    .model(
      "price: {input: 0.15, output: 2, currency: USD}",
      "models[1].price.input is \"0.15\" (file FILE); allowed: a whole number from 0"),
    .model(
      "price: {input: 1, currency: USD}",
      "models[1].price.output is \"\" (file FILE); allowed: millionths of the currency"),
    .model(
      "price: {input: 1, output: 2}",
      "models[1].price.currency is \"\" (file FILE); allowed: an ISO 4217 code such as USD."),
    .model(
      "price: {input: 1, output: 2, currency: usd}",
      "models[1].price.currency is \"usd\" (file FILE); allowed: an ISO 4217 code such as USD."),
    .model("context_tokens: 0", "models[1].context_tokens is \"0\" (file FILE)"),
    .model("default: maybe", "models[1].default is \"maybe\" (file FILE); allowed: true, false."),
    .model(
      "prices: {input: 1}",
      "models[1].prices (file FILE) is no setting; did you mean models[1].price?"),
    Wrong(
      "models: [{name: a, default: true}, {name: b}, {name: c, default: true}]",
      "At most one model may be the default, but models[0].default is \"true\" (file FILE) and "
        + "models[2].default is \"true\" (file FILE)."),
    Wrong(
      "models: [{name: a}, {name: b}, {name: a}]",
      "Each model must stand in it once, but models[0].name is \"a\" (file FILE) and "
        + "models[2].name is \"a\" (file FILE)."),
    Wrong("models: [{}]", "models[0].name is \"\" (file FILE); allowed: the model's name"),
    Wrong("models: [a]", "models[0] is \"a\" (file FILE); allowed: a mapping of name, default"),
    Wrong("models: {a: 1}", "models is \"{a mapping}\" (file FILE); allowed: a list of models."),
    Wrong("", "models is \"\" (file FILE); allowed: a list of at least one model."),
    Wrong("- a", "the top level is \"[a list]\" (file FILE); allowed: a mapping of models"),
    Wrong("model: []", "model (file FILE) is no setting; did you mean models?"),
    Wrong("models: [", "Configuration file FILE cannot be read: gateway.models_file: "),
    Wrong("models: [{name: a, name: b}]", "Configuration file FILE cannot be read: "),
    .fallback(
      "name: b, base_url: \"http://b/v1\", model: gone, provider: p",
      "fallbacks[0].model is \"gone\" (file FILE); allowed: a name of models (a)."),
    .fallback(
      "name: b, base_url: \"ftp://b\", model: a, provider: p",
      "fallbacks[0].base_url is \"ftp://b\" (file FILE); allowed: an http or https URL"),
    .fallback(
      "name: b, model: a, provider: p",
      "fallbacks[0].base_url is \"\" (file FILE); allowed: an http or https URL"),
    .fallback(
      "name: gateway, base_url: \"http://b/v1\", model: a, provider: p",
      "fallbacks[0].name is \"gateway\" (file FILE); allowed: any but that of the first one."),
    .fallback("\(second), auth: basic", "fallbacks[0].auth is \"basic\" (file FILE); allowed: be"),
    .fallback(
      "\(second), api_key_env: A, api_key_file: /b",
      "Only one of fallbacks[0].api_key_env and fallbacks[0].api_key_file may be given"),
    .fallback(
      "\(second), on: [outage, flood]",
      "fallbacks[0].on[1] is \"flood\" (file FILE); allowed: outage, quota, content_filter."),
    .fallback("\(second), on: outage", "fallbacks[0].on is \"outage\" (file FILE); allowed: a li"),
    .fallback("\(second), on: []", "fallbacks[0].on is \"[a list]\" (file FILE); allowed: at lea"),
    .fallback("\(second), url: x", "fallbacks[0].url (file FILE) is no setting"),
    .fallback(
      "\(second)}, {\(second)",
      "Each fallback needs a name of its own, but fallbacks[0].name is \"b\" (file FILE) and"),
  ]

  @Test(
    "that is wrong is refused with the key's path, the value and what is allowed", arguments: wrong)
  func refused(_ wrong: Wrong) throws {
    try withFile(wrong.yaml) { path in
      let error = #expect(throws: ConfigurationError.self) { try ModelCatalog(path: path) }
      let description = error?.description ?? ""
      #expect(description.contains(wrong.says.replacing("FILE", with: path)), "\(description)")
    }
  }

  @Test("with several mistakes names them all")
  func allProblems() throws {
    let yaml = "models: [{name: a, limits: {requests_per_minute: 0}, prize: 1}, {name: a}]"
    try withFile(yaml) { path in
      let error = #expect(throws: ConfigurationError.self) { try ModelCatalog(path: path) }
      #expect(error?.problems.count == 3)
    }
  }

  @Test("that is not there is named")
  func missing() {
    let error = #expect(throws: ConfigurationError.self) {
      try ModelCatalog(path: "/nowhere/models.yaml")
    }
    let description = error?.description ?? ""
    #expect(description.hasPrefix("Configuration file /nowhere/models.yaml cannot be read: "))
    #expect(description.contains("gateway.models_file"))
  }
}
