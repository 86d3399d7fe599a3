import Foundation
import NIOHTTP1
import Testing

@testable import LLMGateway

@Suite("Gateway errors")
struct GatewayErrorTests {
  private func error(_ sent: ErrorCase) throws -> GatewayError {
    let deployment = try Deployment(
      name: "main", provider: "openai", baseURL: "https://example.test", model: "m",
      authentication: .bearer(Secret("sk-very-secret")))
    return GatewayError(
      status: sent.status, headers: HTTPHeaders(sent.headers),
      body: ErrorBody(Data(sent.body.utf8)), deployment: deployment)
  }

  @Test("responses mean what their gateway means", arguments: ErrorCase.all)
  func meaning(sent: ErrorCase) throws {
    let error = try error(sent)
    #expect(error.kind == sent.kind)
    #expect(error.disposition == sent.disposition)
    #expect(error.limitedDimension == sent.dimension)
    #expect(error.retryAfter == sent.wait)
    #expect(error.status == sent.status)
    #expect(!error.message.isEmpty)
  }

  @Test(
    "code and type are kept as text, whatever they were",
    arguments: [
      (
        #"{"error":{"code":"rate_limit_exceeded","type":"tokens"}}"#, "rate_limit_exceeded",
        "tokens"
      ),
      (#"{"error":{"code":"429","type":"throttling_error"}}"#, "429", "throttling_error"),
      (#"{"error":{"code":401,"type":"authentication_error"}}"#, "401", "authentication_error"),
      (#"{"error":{"code":"429","type":"None"}}"#, "429", nil),
      (#"{"statusCode":429}"#, "429", nil), (#"{"error":{"code":null}}"#, nil, nil), ("", nil, nil),
    ] as [(String, String?, String?)])
  func codes(body: String, code: String?, type: String?) throws {
    let error = try error(ErrorCase("", 400, body, .invalidRequest, .final))
    #expect(error.code == code && error.type == type)
  }

  @Test("x-should-retry overrides our judgement of the status")
  func serverAdvice() throws {
    func isRetryable(_ status: Int, _ advice: String?) throws -> Bool {
      try error(
        ErrorCase(
          "", status, "", .serverError, .hold,
          headers: advice.map { [("x-should-retry", $0)] } ?? [])
      ).isRetryable
    }
    #expect(try isRetryable(500, nil))
    #expect(try !isRetryable(500, "false"))
    #expect(try !isRetryable(400, nil))
    #expect(try isRetryable(400, "true"))
    #expect(try isRetryable(500, "perhaps"))
    #expect(try !isRetryable(429, "false"))
    #expect(try !isRetryable(503, "false"))
  }

  @Test(
    "without advice, what openai-python calls again is called again",
    arguments: [
      (408, true), (409, true), (429, true), (500, true), (502, true), (503, true), (504, true),
      (529, true), (400, false), (401, false), (403, false), (404, false), (413, false),
      (422, false),
    ])
  func statuses(status: Int, isCalledAgain: Bool) throws {
    let error = try error(ErrorCase("", status, "", .serverError, .hold))
    #expect(error.isRetryable == isCalledAgain)
  }

  @Test("only passing troubles are called again")
  func retryable() {
    let passing: [GatewayError.Kind] = [
      .rateLimited(.unknown), .timeout, .unreachable, .serverError, .overloaded, .malformedReply,
    ]
    let lasting: [GatewayError.Kind] = [
      .quotaExhausted, .contentFilter, .contextLengthExceeded, .authentication, .permission,
      .notFound, .invalidRequest, .cancelled, .deadlineExceeded, .gatewayBudget, .budgetSpent,
      .circuitOpen,
    ]
    for kind in passing { #expect(kind.isRetryable, "\(kind)") }
    for kind in lasting { #expect(!kind.isRetryable, "\(kind)") }
  }

  @Test("a message that echoes the credential is redacted, on one line and bounded")
  func redaction() throws {
    let echo = #"{"error":{"message":"bad key sk-very-secret\nxyz","code":"sk-very-secret"}}"#
    let long = "sk-very-secret " + String(repeating: "word ", count: 5000)
    for body in [echo, long] {
      let error = try error(ErrorCase("", 401, body, .authentication, .hold))
      #expect(!"\(error)".contains("sk-very-secret"))
      #expect(!String(reflecting: error).contains("sk-very-secret"))
      #expect(error.message.contains("[redacted]"))
      #expect(error.message.count <= 400 && !error.message.contains("\n"))
    }
  }

  @Test("an absent Retry-After is replaced by the exhausted limit's reset")
  func waits() throws {
    let headers = [("x-ratelimit-remaining-tokens", "0"), ("x-ratelimit-reset-tokens", "3s")]
    func wait(_ headers: [(String, String)]) throws -> Duration? {
      try error(ErrorCase("", 429, "", .overloaded, .hold, headers: headers)).retryAfter
    }
    #expect(try wait(headers) == .seconds(3))
    #expect(try wait(headers + [("retry-after", "1")]) == .seconds(1))
    #expect(try wait([]) == nil)
  }

  @Test(
    "budgets and an open circuit hold, each under its own word",
    arguments: [
      (.quotaExhausted, "quota_exhausted"), (.gatewayBudget, "gateway_budget"),
      (.budgetSpent, "budget_spent"), (.circuitOpen, "circuit_open"),
    ] as [(GatewayError.Kind, String)])
  func holds(kind: GatewayError.Kind, word: String) {
    let error = GatewayError(
      kind: kind, deployment: "main", message: "no", retryAfter: .seconds(1))
    #expect(error.disposition == .hold && !error.isRetryable)
    #expect(kind.word == word && "\(error)".contains(word))
    #expect(error.retryAfter == .seconds(1))
  }

  @Test("an error carries what its headers say of the limits, and nothing when they say nothing")
  func limits() throws {
    let headers = [("x-ratelimit-limit-tokens", "500"), ("x-ratelimit-remaining-tokens", "20")]
    let said = try error(ErrorCase("", 500, "", .serverError, .hold, headers: headers))
    #expect(said.rateLimits?.tokens == RateLimits.Window(limit: 500, remaining: 20))
    #expect(try error(ErrorCase("", 500, "", .serverError, .hold)).rateLimits == nil)
  }

  @Test("the description names deployment, status, cause and remedy")
  func description() throws {
    var error = try error(
      ErrorCase(
        "", 400,
        #"{"error":{"message":"No connected db.","type":"no_db_connection","code":"400"}}"#,
        .authentication, .hold))
    error.attempts = 1
    #expect(
      "\(error)" == "Deployment main: authentication, HTTP 400, code 400, type no_db_connection, "
        + "after 1 call: No connected db. (check the deployment's credential)")
    let limited = GatewayError(
      kind: .rateLimited(.ownLimit), deployment: "main", message: "slow", limitedDimension: .tokens)
    #expect("\(limited)".contains("rate_limited (own_limit, tokens)"))
  }
}
