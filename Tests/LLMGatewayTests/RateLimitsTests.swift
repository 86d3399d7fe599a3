import NIOHTTP1
import Testing

@testable import LLMGateway

/// Headers of one response and what they say of requests and of tokens.
private struct HeaderCase: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let headers: [(String, String)]
  let requests: RateLimits.Window
  let tokens: RateLimits.Window

  init(
    _ name: String, requests: RateLimits.Window = .init(), tokens: RateLimits.Window = .init(),
    _ headers: [(String, String)]
  ) {
    testDescription = name
    self.headers = headers
    self.requests = requests
    self.tokens = tokens
  }
}

private let cases: [HeaderCase] = [
  HeaderCase(
    "OpenAI", requests: .init(limit: 60, remaining: 59, reset: .seconds(1)),
    tokens: .init(limit: 150_000, remaining: 149_984, reset: .seconds(360)),
    [
      ("x-ratelimit-limit-requests", "60"), ("x-ratelimit-limit-tokens", "150000"),
      ("x-ratelimit-remaining-requests", "59"), ("x-ratelimit-remaining-tokens", "149984"),
      ("x-ratelimit-reset-requests", "1s"), ("x-ratelimit-reset-tokens", "6m0s"),
    ]),
  HeaderCase(
    "Azure, which gives whole seconds", tokens: .init(remaining: 900, reset: .seconds(8)),
    [("X-RateLimit-Remaining-Tokens", "900"), ("X-RateLimit-Reset-Tokens", "8")]),
  HeaderCase(
    "LiteLLM key", requests: .init(limit: 60, remaining: 12),
    tokens: .init(limit: 9000, remaining: 100),
    [
      ("x-ratelimit-api_key-limit-requests", "60"), ("x-ratelimit-api_key-limit-tokens", "9000"),
      ("x-ratelimit-api_key-remaining-requests", "12"),
      ("x-ratelimit-api_key-remaining-tokens", "100"),
    ]),
  HeaderCase(
    "key and provider: the one with less left",
    requests: .init(limit: 500, remaining: 3), tokens: .init(limit: 9000, remaining: 0),
    [
      ("x-ratelimit-limit-requests", "500"), ("x-ratelimit-remaining-requests", "3"),
      ("x-ratelimit-api_key-limit-requests", "60"),
      ("x-ratelimit-api_key-remaining-requests", "12"),
      ("x-ratelimit-limit-tokens", "80000"), ("x-ratelimit-remaining-tokens", "70000"),
      ("x-ratelimit-team-limit-tokens", "9000"), ("x-ratelimit-team-remaining-tokens", "0"),
    ]),
  HeaderCase(
    "a limit without what is left yields to one that knows",
    tokens: .init(limit: 700, remaining: 650),
    [
      ("x-ratelimit-limit-tokens", "100"), ("x-ratelimit-api_key-limit-tokens", "700"),
      ("x-ratelimit-api_key-remaining-tokens", "650"),
    ]),
  HeaderCase(
    "negative numbers: no limit, and nothing left",
    requests: .init(), tokens: .init(limit: 100, remaining: 0),
    [
      ("x-ratelimit-limit-requests", "-1"), ("x-ratelimit-remaining-requests", "-1"),
      ("x-ratelimit-limit-tokens", "100"), ("x-ratelimit-remaining-tokens", "-7"),
    ]),
  HeaderCase(
    "garbage",
    [
      ("x-ratelimit-limit-requests", "None"), ("x-ratelimit-remaining-requests", ""),
      ("x-ratelimit-reset-requests", "soon"), ("x-ratelimit-remaining-words", "3"),
      ("x-ratelimit-what-tokens", "3"), ("x-ratelimit-a-b-remaining-tokens", "3"),
      ("x-ratelimit-api_key-remaining-max_parallel_requests", "0"), ("x-request-id", "1"),
    ]),
  HeaderCase(
    "a call that Azure moved says nothing of our limits",
    [
      ("x-ratelimit-remaining-tokens", "0"), ("x-ms-spillover-from-deployment", "ptu"),
      ("x-ms-deployment-name", "standard"),
    ]),
  HeaderCase("none", []),
]

@Suite("Rate limit headers")
struct RateLimitsTests {
  @Test("the limits are read in every gateway's form", arguments: cases)
  private func forms(sent: HeaderCase) {
    let limits = RateLimits(HTTPHeaders(sent.headers))
    #expect(limits.requests == sent.requests && limits[.requests] == sent.requests)
    #expect(limits.tokens == sent.tokens && limits[.tokens] == sent.tokens)
    #expect(limits.isEmpty == (sent.requests == .init() && sent.tokens == .init()))
  }

  @Test("the wait is that of the exhausted limit or of the one named, not of the other")
  func wait() {
    var limits = RateLimits(
      requests: .init(remaining: 9, reset: .seconds(360)),
      tokens: .init(remaining: 0, reset: .milliseconds(1500)))
    #expect(limits.isExhausted && limits.exhaustedDimension == .tokens)
    #expect(limits.wait(for: nil) == .milliseconds(1500))
    #expect(limits.wait(for: .requests) == .seconds(120))
    limits = RateLimits(
      requests: limits.requests, tokens: .init(remaining: 3, reset: .milliseconds(1500)))
    #expect(!limits.isExhausted && limits.exhaustedDimension == nil)
    #expect(limits.wait(for: nil) == nil)
    #expect(limits.wait(for: .tokens) == .milliseconds(1500))
    #expect(RateLimits().wait(for: .tokens) == nil)
    let both = RateLimits(requests: .init(remaining: 0), tokens: .init(remaining: 0))
    #expect(both.isExhausted && both.exhaustedDimension == nil)
  }

  @Test(
    "the deployment that served is the one the provider names",
    arguments: [
      ([("x-ms-deployment-name", "gpt")], ServedBy(deployment: "gpt")),
      (
        [("x-ms-deployment-name", "std"), ("x-ms-spillover-from-deployment", "ptu")],
        ServedBy(deployment: "std", spilledFrom: "ptu")
      ),
      (
        [("X-MS-Spillover-From-Deployment", "ptu")],
        ServedBy(deployment: nil, spilledFrom: "ptu")
      ),
      ([("x-ms-deployment-name", "")], nil),
      ([("x-ms-region", "eastus")], nil),
    ] as [([(String, String)], ServedBy?)])
  func servedBy(headers: [(String, String)], expected: ServedBy?) {
    #expect(ServedBy(HTTPHeaders(headers)) == expected)
  }
}
