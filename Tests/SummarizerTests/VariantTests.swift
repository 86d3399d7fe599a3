import Control
import Foundation
import Highlights
import HighlightsProtocol
import Kafka
import KafkaWorker
import LLMGateway
import SwiftProtobuf
import Testing

@testable import Summarizer

@Suite("A variant")
struct VariantTests {
  /// A variant whose prompt is not the default one's.
  private static func variants() -> [String: VariantSettings] {
    // The general prompt will do: what it is given is not looked at here.
    [
      "v2": VariantSettings(prompt: .general),
      "small": .init(prompt: .highlight, evidenceTokens: 20),
    ]
  }

  private func bench() throws -> SummarizerBench {
    try SummarizerBench(replying: Reply.answer, variants: Self.variants())
  }

  private static func live(_ name: String) -> (key: String, change: any Message) {
    ("variant/live", LiveVariant.with { $0.variant = name })
  }

  @Test("that is live is what searches are written as that name none")
  func live() async throws {
    let bench = try bench()
    let first = try await bench.finish(bench.record())
    #expect(first.published.map(\.topic) == ["search.highlights"])
    #expect(try first.outcome.variant == "")
    try bench.set(Self.live("v2"))
    let second = try await bench.finish(bench.record())
    #expect(second.published.map(\.topic) == ["search.highlights.v2"])
    #expect(try second.outcome.variant == "v2")
    #expect(try second.highlight.provenance.promptVersion == PromptTemplate.general.version)
    #expect(try second.outcome.promptVersion == PromptTemplate.general.version)
    try bench.set(Self.live(""))
    // Back at once, and what was written before is still fresh.
    #expect(try await bench.finish(bench.record()).outcome.reason == "fresh")
    #expect(bench.gateway.calls == 2)
  }

  @Test("that declares a model is asked of that one, and what it wrote names it")
  func model() async throws {
    let deployment = try Deployment(
      name: "gateway.large", provider: "p", baseURL: "http://127.0.0.1:1/v1", model: "large",
      authentication: .none)
    let bench = try SummarizerBench(
      replying: Reply.answer,
      variants: ["v2": .init(prompt: .highlight, deployment: deployment)])
    let usual = try await bench.finish(bench.record())
    let finished = try await bench.finish(
      bench.record(headers: [KafkaHeader(HeaderName.variant, "v2")]))
    #expect(try finished.highlight.provenance.modelRequested == "large")
    let model = try usual.highlight.provenance.modelRequested
    #expect(model != "large" && bench.gateway.options.map(\.model) == [model, "large"])
  }

  @Test("that the header names is what a search is written as, whichever is live")
  func named() async throws {
    let bench = try bench()
    let header = [KafkaHeader(HeaderName.variant, "v2")]
    let finished = try await bench.finish(bench.record(headers: header))
    #expect(finished.published.map(\.topic) == ["search.highlights.v2"])
    #expect(try finished.outcome.variant == "v2")
    // An outcome without a highlight says so too.
    #expect(try await bench.finish(bench.record(headers: header)).outcome.variant == "v2")
  }

  @Test("is the default one by its name in words, or by an empty one", arguments: ["default", ""])
  func defaultOne(name: String) async throws {
    let bench = try bench()
    try bench.set(Self.live("v2"))
    let finished = try await bench.finish(
      bench.record(headers: [KafkaHeader(HeaderName.variant, name)]))
    #expect(finished.published.map(\.topic) == ["search.highlights"])
    #expect(try finished.outcome.variant == "")
  }

  @Test("that is not declared makes the search that names it a dead letter")
  func unknown() async throws {
    let bench = try bench()
    let record = try bench.record(headers: [KafkaHeader(HeaderName.variant, "v3")])
    let failure = try #require(await bench.failure(of: record))
    #expect(failure.verdict == .dead && failure.reason == "unknown_variant")
    #expect(failure.detail == #"variant "v3"; allowed: default, small, v2"#)
    #expect(bench.gateway.calls == 0)
    let obituary = try #require(bench.handler.obituary(for: record, failure).first)
    let outcome = try Outcome(serializedBytes: obituary.value ?? [])
    #expect(outcome.variant == "v3" && outcome.key.utf8.count == 32)
  }

  @Test("that is live and not declared here is waited for: no search is lost and none misplaced")
  func liveElsewhere() async throws {
    let bench = try bench()
    try bench.set(Self.live("v3"))
    let failure = try #require(await bench.failure(of: bench.record()))
    #expect(failure.verdict == .hold && failure.reason == "live_variant_not_declared")
    #expect(failure.detail.contains("v3") && failure.detail.contains("default, small, v2"))
    #expect(bench.gateway.calls == 0)
    // Those that name another one go on.
    let header = [KafkaHeader(HeaderName.variant, "v2")]
    #expect(try await bench.finish(bench.record(headers: header)).outcome.variant == "v2")
  }

  @Test("may have less evidence")
  func evidence() async throws {
    let bench = try bench()
    let all = try await bench.finish(bench.record()).highlight
    let header = [KafkaHeader(HeaderName.variant, "small")]
    let few = try await bench.finish(bench.record(headers: header)).highlight
    let search = try Search(.sample, fallbackID: "?")
    #expect(all.sourceFingerprint == Evidence(search).fingerprint)
    #expect(
      few.sourceFingerprint == Evidence(search, limits: EvidenceLimits(tokens: 20)).fingerprint)
    #expect(few.sourceFingerprint != all.sourceFingerprint)
  }

  @Test("whose key is withdrawn is so in every variant")
  func withdrawn() async throws {
    let bench = try bench()
    let key = try Search(.sample, fallbackID: "?").key
    try bench.set(("highlight/\(key)", HighlightSwitch.with { $0.withdrawalEpoch = 1 }))
    let header = [KafkaHeader(HeaderName.variant, "v2")]
    #expect(try await bench.finish(bench.record(headers: header)).outcome.reason == "withdrawn")
    #expect(bench.gateway.calls == 0)
  }
}
