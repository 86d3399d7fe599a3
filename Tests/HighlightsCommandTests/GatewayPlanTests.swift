import LLMGateway
import Summarizer
import Testing

@testable import HighlightsCommand

@Suite("What may be called")
struct GatewayPlanTests {
  static let models = """
    models:
      - name: small
        default: true
        price: {input: 150000, output: 600000, currency: USD}
        limits: {requests_per_minute: 60}
        context_tokens: 1000
      - {name: euros, price: {input: 1, output: 2, currency: EUR}}
      - {name: free}
    """

  @Test("is the gateway alone where no file of models is named")
  func noFile() throws {
    let plan = try plan(nil, [("gateway.model", "any")])
    #expect(plan.steps.map(\.deployment.model) == ["any"])
    #expect(plan.steps[0].price == nil)
    #expect(plan.steps[0].limits == ModelCatalog.Limits())
    #expect(plan.budget == nil)
  }

  @Test("is the file's default where no model is asked for, and else the one that is")
  func models() throws {
    let first = try #require(try plan(Self.models).steps.first)
    #expect(first.deployment.model == "small")
    #expect(first.price == .init(input: 150_000, output: 600_000, currency: "USD"))
    #expect(first.limits.requestsPerMinute == 60)
    #expect(first.contextTokens == 1_000)
    #expect(first.conditions == [])
    let other = try #require(try plan(Self.models, [("gateway.model", "euros")]).steps.first)
    #expect(other.deployment.model == "euros")
    #expect(other.price?.currency == "EUR")
  }

  @Test("is never a model that is not in the file")
  func unknownModel() throws {
    try withFile(Self.models) { path in
      let error = #expect(throws: ConfigurationError.self) {
        try settings(path, [("gateway.model", "larg")]).gatewayPlan(baseURL: "http://g/v1")
      }
      #expect(
        error?.description
          == "gateway.model is \"larg\", but \(path) has only small, euros, free.")
      // Wherever only the first deployment is made, too.
      #expect(throws: ConfigurationError.self) {
        try settings(path, [("gateway.model", "larg")]).gateway.deployment(baseURL: "http://g/v1")
      }
    }
    let error = #expect(throws: ConfigurationError.self) { try plan("models: [{name: a}]") }
    #expect(error?.description.contains("gateway.model is \"default\", but ") == true)
    #expect(error?.description.contains("marks no model as its default (a)") == true)
  }

  @Test("has the models that variants declare before the fallbacks, with their prices and limits")
  func variants() throws {
    let variants = """
      variants:
        - {name: a, prompt: "\(VariantCatalogTests.folder)", model: free}
        - {name: b, prompt: "\(VariantCatalogTests.folder)", model: small}
        - {name: c, prompt: "\(VariantCatalogTests.folder)", model: free}
      """
    try withFile(variants) { file in
      let fallbacks = """
        fallbacks: [{name: second, base_url: "http://h/v1", model: euros, provider: openai}]
        """
      let plan = try plan(Self.models + "\n" + fallbacks, [("highlights.variants", file)])
      #expect(plan.steps.map(\.deployment.model) == ["small", "free", "euros"])
      #expect(plan.steps.map(\.deployment.name) == ["gateway", "gateway.free", "second"])
      // Asked for, and never in place of another one.
      #expect(plan.steps[1].conditions.isEmpty && plan.steps[1].price == nil)
      #expect(plan.steps[1].deployment.baseURL == plan.steps[0].deployment.baseURL)
      let catalog = try VariantCatalog(path: file)
      let settings = catalog.settings(plan.steps.map(\.deployment))
      #expect(
        ["a", "b", "c"].map { settings[$0]?.deployment?.model } == ["free", "small", "free"])
      #expect(throws: ConfigurationError.self) {
        try self.plan(
          Self.models,
          [("highlights.variants", file), ("budget.amount", "1.00"), ("gateway.model", "small")])
      }
    }
  }

  @Test("is refused where a variant's model is not in the file of models, or there is none")
  func unknownVariantModel() throws {
    let variants = "variants: [{name: a, prompt: \"\(VariantCatalogTests.folder)\", model: larg}]"
    try withFile(variants) { file in
      let error = #expect(throws: ConfigurationError.self) {
        try plan(Self.models, [("highlights.variants", file)])
      }
      #expect(error?.description.contains("variants[0].model is \"larg\", but ") == true)
      #expect(error?.description.contains("has only small, euros, free") == true)
      let without = #expect(throws: ConfigurationError.self) {
        try plan(nil, [("highlights.variants", file)])
      }
      #expect(without?.description.contains("names no file of models") == true)
    }
  }

  @Test("goes on with the fallbacks, each with its own key and without the gateway's headers")
  func fallbacks() throws {
    let yaml =
      Self.models + """

        fallbacks:
          - {name: second, base_url: "http://b/v1", model: free, provider: p, api_key_env: B, \
        usage_terms: t, on: [content_filter]}
          - {name: third, base_url: "http://c/v1", model: small, provider: q}
        """
    let plan = try plan(
      yaml, [("gateway.headers", "x-key=hush"), ("gateway.timeout", "7s")],
      environment: ["B": "b-key", "OPENAI_API_KEY": "a-key"])
    #expect(plan.steps.map(\.deployment.name) == ["gateway", "second", "third"])
    #expect(plan.steps.map(\.deployment.model) == ["small", "free", "small"])
    let second = plan.steps[1]
    #expect(second.conditions == [.contentFilter])
    #expect(second.deployment.authentication == .bearer(try Secret("b-key")))
    #expect(second.deployment.headers.isEmpty)
    #expect(second.deployment.usageTerms == "t")
    #expect(second.deployment.requestTimeout == .seconds(7))
    #expect(plan.steps[2].deployment.authentication == .none)
    #expect(plan.steps[2].limits.requestsPerMinute == 60)
  }

  @Test("has the key of each fallback at the start, not first in an outage")
  func fallbackKeys() throws {
    func error(_ key: String) throws -> String {
      let yaml =
        Self.models
        + "\nfallbacks: [{name: b, base_url: \"http://b/v1\", model: free, provider: p, \(key)}]"
      let error = #expect(throws: ConfigurationError.self) { try plan(yaml) }
      return error?.description ?? ""
    }
    #expect(try error("api_key_env: GONE").hasPrefix("fallbacks[0].api_key_env is \"GONE\" (file"))
    #expect(
      try error("api_key_file: /nowhere").hasPrefix("fallbacks[0].api_key_file is \"/nowhere\""))
  }

  private func settings(
    _ path: String?, _ overrides: [(String, String)], environment: [String: String] = [:]
  ) throws -> Settings {
    try LoadedConfiguration(
      overrides: (path.map { [("gateway.models_file", $0)] } ?? []) + overrides,
      environment: environment
    ).settings
  }

  private func plan(
    _ yaml: String?, _ overrides: [(String, String)] = [], environment: [String: String] = [:]
  ) throws -> GatewayPlan {
    func plan(_ path: String?) throws -> GatewayPlan {
      try settings(path, overrides, environment: environment)
        .gatewayPlan(baseURL: "http://g/v1", environment: environment)
    }
    return if let yaml { try withFile(yaml, plan) } else { try plan(nil) }
  }
}
