import GatewaySimulator
import NIOHTTP1
import Testing

/// Fixed replies of known tokens, limited.
private func limited(
  _ shape: GatewayBehavior.Shape, latency: Duration = .zero,
  _ change: (inout GatewayBehavior) -> Void = { _ in }
) -> GatewaySimulatorConfiguration {
  var behavior = GatewayBehavior()
  behavior.shape = shape
  behavior.fixedPromptTokens = 70
  behavior.fixedOutputTokens = 30
  behavior.requestsPerMinute = 2
  behavior.tokensPerMinute = 1_000
  change(&behavior)
  return GatewaySimulatorConfiguration(
    latency: .fixed(latency), mode: .fixedReply, behavior: behavior)
}

extension SimulatorClient.Reply {
  fileprivate func header(_ name: String) -> String? { headers.first(name: name) }
}

@Suite("Responses at the limit")
struct LimitResponseTests {
  @Test("OpenAI's headers stand on answers and refusals, with the time until it is admitted")
  func openAI() async throws {
    try await withSimulator(limited(.openai)) { client in
      let first = try await client.post("{}")
      #expect(first.status == 200)
      #expect(first["usage", "prompt_tokens"] as? Int == 70)
      #expect(first["usage", "completion_tokens"] as? Int == 30)
      #expect(first["usage", "total_tokens"] as? Int == 100)
      #expect(first.header("x-ratelimit-limit-requests") == "2")
      #expect(first.header("x-ratelimit-remaining-requests") == "1")
      #expect(first.header("x-ratelimit-limit-tokens") == "1000")
      #expect(first.header("x-ratelimit-remaining-tokens") == "900")
      for dimension in ["requests", "tokens"] {
        let reset = try #require(first.header("x-ratelimit-reset-\(dimension)"))
        #expect(reset.wholeMatch(of: /(1m0s|[0-9.]+s)/) != nil)
      }
      #expect(first.header("retry-after") == nil)
      _ = try await client.post("{}")
      let refused = try await client.post("{}")
      #expect(refused.status == 429)
      #expect(refused["error", "type"] as? String == "requests")
      #expect(refused["error", "code"] as? String == "rate_limit_exceeded")
      #expect(refused.header("x-ratelimit-remaining-requests") == "0")
      let milliseconds = try #require(refused.header("retry-after-ms").flatMap { Int($0) })
      #expect((1...60_000).contains(milliseconds))
      #expect(refused.header("retry-after") == "\((milliseconds + 999) / 1_000)")
      try await client.patch(#"{"requests_per_minute":100,"tokens_per_minute":250}"#)
      let tokens = try await client.post("{}")
      #expect(tokens["error", "type"] as? String == "tokens")
      try await client.patch(#"{"tokens_per_minute":99}"#)
      let tooLarge = try await client.post("{}")
      #expect(tooLarge.status == 429)
      #expect(tooLarge.header("retry-after-ms") == nil)
      #expect((tooLarge["error", "message"] as? String)?.contains("too large") == true)
    }
  }

  @Test("a request that waited as long as it was told is admitted")
  func waits() async throws {
    let configuration = limited(.openai) {
      $0.window = .bucket
      $0.bucketRequests = 1
      $0.requestsPerMinute = 300
    }
    try await withSimulator(configuration) { client in
      for _ in 0..<3 {
        _ = try await client.post("{}")
        let refused = try await client.post("{}")
        // On a machine that is held up the bucket may have been refilled before it was asked.
        guard refused.status == 429 else { continue }
        let milliseconds = try #require(refused.header("retry-after-ms").flatMap { Int($0) })
        #expect((1...200).contains(milliseconds))
        try await Task.sleep(for: .milliseconds(milliseconds))
        #expect(try await client.post("{}").status == 200)
        try await Task.sleep(for: .milliseconds(200))
      }
    }
  }

  @Test("Azure's reset is whole seconds and its code the status as text")
  func azure() async throws {
    try await withSimulator(limited(.azure) { $0.requestsPerMinute = 1 }) { client in
      let first = try await client.post("{}")
      let reset = try #require(first.header("x-ratelimit-reset-tokens").flatMap { Int($0) })
      #expect((1...60).contains(reset))
      let refused = try await client.post("{}")
      #expect(refused.status == 429)
      #expect(refused["error", "code"] as? String == "429")
      #expect((refused["error", "message"] as? String)?.contains("call rate limit") == true)
      #expect(refused.header("retry-after-ms") != nil)
      #expect(refused.header("x-ratelimit-reset-tokens").flatMap { Int($0) } != nil)
    }
  }

  @Test("LiteLLM drops a provider's headers on 429, and tells a key's limits in its own")
  func liteLLM() async throws {
    try await withSimulator(limited(.litellm) { $0.requestsPerMinute = 1 }) { client in
      #expect(try await client.post("{}").header("x-ratelimit-limit-requests") == "1")
      let refused = try await client.post("{}")
      #expect(refused.status == 429)
      #expect(refused["error", "type"] as? String == "throttling_error")
      #expect(refused["error", "code"] as? String == "429")
      #expect(refused.headers.allSatisfy { !$0.name.hasPrefix("x-ratelimit") })
      #expect(refused.header("retry-after") == nil)
      try await client.patch(#"{"litellm_key_limits":true,"requests_per_minute":2}"#)
      let answered = try await client.post("{}")
      #expect(answered.header("x-ratelimit-api_key-limit-requests") == "2")
      #expect(answered.header("x-ratelimit-api_key-remaining-tokens") == "800")
      #expect(answered.header("x-ratelimit-limit-requests") == nil)
      #expect(try await client.post("{}").header("retry-after") == "60")
    }
  }

  @Test("a refusal comes at once, whatever the latency")
  func noLatency() async throws {
    let configuration = limited(.openai, latency: .seconds(3_600)) { $0.requestsPerMinute = 1 }
    try await withSimulator(configuration, isCancelled: true) { client in
      let held = Task { try await client.post("{}") }
      while try await client.statistics().inFlight == 0 { await Task.yield() }
      #expect(try await client.post("{}").status == 429)
      held.cancel()
    }
  }

  @Test("max_tokens counts as output where it is told to, by either name")
  func countsMaxTokens() async throws {
    let configuration = limited(.azure) {
      $0.countOutput = .maxTokens
      $0.requestsPerMinute = nil
    }
    try await withSimulator(configuration) { client in
      for (body, remaining) in [
        (#"{"messages":[],"max_tokens":130}"#, 800),
        (#"{"messages":[],"max_completion_tokens":230}"#, 500), ("{}", 400),
      ] {
        let reply = try await client.post(body)
        #expect(reply.header("x-ratelimit-remaining-tokens") == "\(remaining)")
        #expect(reply["usage", "total_tokens"] as? Int == 100)
      }
      let ledger = try await client.ledger()
      #expect(ledger.admittedTokens == 600)
      #expect(ledger.promptTokens + ledger.completionTokens == 300)
    }
  }

  @Test("an extract's tokens are known before it is admitted")
  func extractive() async throws {
    try await withSimulator { client in
      let prompt = PromptText("how to fold", ["Fold": ["fold the sheet", "tuck it"]]).message
      let free = try await client.chat(prompt)
      let total = try #require(free["usage", "total_tokens"] as? Int)
      try await client.patch(#"{"tokens_per_minute":\#(total)}"#)
      #expect(try await client.chat(prompt).header("x-ratelimit-remaining-tokens") == "0")
      try await client.patch(#"{"window":"fixed","tokens_per_minute":\#(total - 1)}"#)
      #expect(try await client.chat(prompt).status == 429)
    }
  }
}
