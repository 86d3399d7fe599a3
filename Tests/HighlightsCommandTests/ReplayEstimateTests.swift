import ArgumentParser
import Foundation
import Highlights
import HighlightsProtocol
import LLMGateway
import Testing

@testable import HighlightsCommand
@testable import Replay

@Suite("What a replay may cost")
struct ReplayEstimateTests {
  private static let models = """
    models:
      - name: small
        default: true
        price: {input: 150000, output: 600000, currency: USD}
        limits: {requests_per_minute: 60, tokens_per_minute: 100000}
      - {name: large, price: {input: 2000000, output: 8000000, currency: USD}}
    """

  private static var preview: ReplayPreview {
    var preview = ReplayPreview()
    preview.messages = 100
    preview.counts.read = 500
    preview.counts.matched = 300
    preview.counts.keys = 100
    preview.payloadBytes = 30_000
    preview.inputTokens = 80_000
    preview.outputTokens = 20_000
    return preview
  }

  @Test("is tokens times prices, and time at what backfill may use of the limits")
  func figures() throws {
    try Self.withSettings { settings in
      let estimate = try ReplayEstimate(settings, variant: nil, rate: 0)
      #expect(estimate.model == "small")
      // 80,000 at 0.15 a million and 20,000 at 0.60 a million.
      #expect(estimate.costMicros(Self.preview) == 24_000)
      // A tenth of 60 requests a minute: 100 take 1,000 s; a tenth of 100,000 tokens: 600 s.
      let time = try #require(estimate.seconds(Self.preview))
      #expect(abs(time.seconds - 1_000) < 1e-6 && time.bound == "requests a minute")
      let table = estimate.table(Self.preview)
      #expect(table.contains { $0.hasPrefix("cost, at most") && $0.hasSuffix("0.024000 USD") })
      #expect(table.contains { $0.hasSuffix("16 min (requests a minute)") })
      #expect(table.contains { $0.hasPrefix("messages to publish") && $0.hasSuffix(" 100") })
    }
  }

  @Test("a rate below the limits bounds the time, and a model without limits takes none")
  func bounds() throws {
    try Self.withSettings { settings in
      let paced = try ReplayEstimate(settings, variant: nil, rate: 0.05)
      #expect(try #require(paced.seconds(Self.preview)) == (2_000, "--rate"))
      let large = try ReplayEstimate(settings, variant: "v2", rate: 0)
      #expect(large.model == "large" && large.rule.evidenceTokens == 500)
      // 80,000 at 2.00 a million and 20,000 at 8.00 a million.
      #expect(large.costMicros(Self.preview) == 320_000)
      #expect(large.seconds(Self.preview) == nil)
      #expect(large.table(Self.preview).contains { $0.hasSuffix("no limit known") })
    }
  }

  @Test("is one object for machines")
  func json() throws {
    try Self.withSettings { settings in
      let text = try ReplayEstimate(settings, variant: nil, rate: 0).json(Self.preview)
      let object = try #require(
        try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
      #expect(object["cost_micros"] as? Int == 24_000 && object["currency"] as? String == "USD")
      #expect(object["keys"] as? Int == 100 && object["read"] as? Int == 500)
      #expect(object["bound_by"] as? String == "requests a minute")
    }
  }

  @Test(
    "seconds are said in words, rounded up",
    arguments: [
      (0.2, "1 s"), (119, "119 s"), (120, "2 min"), (7_199, "119 min"), (7_260, "2 h 1 min"),
    ])
  func words(seconds: Double, words: String) {
    #expect(ReplayEstimate.words(seconds) == words)
  }

  // MARK: What the variant is taken for

  @Test("a variant is taken as it is declared: by its prompt's folder, the folder's end or version")
  func declared() throws {
    try Self.withSettings { settings in
      let version = PromptTemplate.highlight.version
      func checked(_ name: String?, _ prompt: String?, _ model: String?) throws -> String? {
        try DeclaredVariant(name: name, prompt: prompt, model: model).checked(settings)
      }
      for prompt in [nil, VariantCatalogTests.folder, "highlight/1", "1/", version] {
        for model in [nil, "large"] {
          let name = try checked("v2", prompt, model)
          #expect(name == "v2")
        }
      }
      let others = [try checked("default", version, "small"), try checked(nil, nil, nil)]
      #expect(others == ["default", nil])
    }
  }

  @Test(
    "anything else is refused with what was asked for and what is declared",
    arguments: [
      ("v2", nil, "small", ["--model small", "declared with large", "restart every worker"]),
      ("v2", "highlight/2", nil, ["--prompt highlight/2", VariantCatalogTests.folder]),
      ("v2", "ighlight/1", nil, ["--prompt ighlight/1", VariantCatalogTests.folder]),
      ("default", nil, "large", ["--model large", "declared with small", "gateway.model"]),
      ("v3", nil, nil, ["--variant v3", "default, v2"]),
      (nil, "p", nil, ["--prompt p", "--variant"]), (nil, nil, "m", ["--model m", "--of-model"]),
    ] as [(String?, String?, String?, [String])])
  func refused(name: String?, prompt: String?, model: String?, says: [String]) throws {
    try Self.withSettings { settings in
      let error = #expect(throws: ValidationError.self) {
        try DeclaredVariant(name: name, prompt: prompt, model: model).checked(settings)
      }
      for words in says { #expect(error?.message.contains(words) == true, "\(error as Any)") }
    }
  }

  /// Settings with the models, and a variant v2 of the larger one.
  private static func withSettings(_ body: (Settings) throws -> Void) throws {
    let variants = """
      variants:
        - {name: v2, prompt: "\(VariantCatalogTests.folder)", model: large, evidence_tokens: 500}
      """
    try withFile(models) { models in
      try withFile(variants) { variants in
        try body(
          try LoadedConfiguration(
            overrides: [("gateway.models_file", models), ("highlights.variants", variants)],
            environment: [:]
          ).settings)
      }
    }
  }
}
