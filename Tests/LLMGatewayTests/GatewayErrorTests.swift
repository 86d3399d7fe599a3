import Foundation
import NIOHTTP1
import Testing

@testable import LLMGateway

/// An error response as a gateway sends it, and what it must mean.
struct ErrorCase: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let status: Int
  let headers: [(String, String)]
  let body: String
  let kind: GatewayError.Kind
  let disposition: GatewayError.Disposition

  init(
    _ name: String, _ status: Int, _ body: String, _ kind: GatewayError.Kind,
    _ disposition: GatewayError.Disposition, headers: [(String, String)] = []
  ) {
    testDescription = name
    self.status = status
    self.headers = headers
    self.body = body
    self.kind = kind
    self.disposition = disposition
  }
}

private let openAI: [ErrorCase] = [
  ErrorCase(
    "OpenAI rate limit", 429,
    #"{"error":{"message":"Rate limit reached for gpt-4o in organization o on tokens per min (TPM): Limit 30000, Used 29000, Requested 2000. Please try again in 2s.","type":"tokens","param":null,"code":"rate_limit_exceeded"}}"#,
    .rateLimited(.ownLimit), .hold),
  ErrorCase(
    "OpenAI request above the limit", 429,
    #"{"error":{"message":"Request too large for gpt-4o in organization o on tokens per min (TPM): Limit 30000, Requested 40000.","type":"tokens","param":null,"code":"rate_limit_exceeded"}}"#,
    .contextLengthExceeded, .final),
  ErrorCase(
    "OpenAI overloaded engine", 429,
    #"{"error":{"message":"The engine is currently overloaded, please try again later","type":"server_error","param":null,"code":null}}"#,
    .rateLimited(.sharedCapacity), .hold),
  ErrorCase(
    "OpenAI quota", 429,
    #"{"error":{"message":"You exceeded your current quota, please check your plan.","type":"insufficient_quota","param":null,"code":"insufficient_quota"}}"#,
    .quotaExhausted, .hold),
  ErrorCase(
    "OpenAI context length", 400,
    #"{"error":{"message":"This model's maximum context length is 8192 tokens.","type":"invalid_request_error","param":"messages","code":"context_length_exceeded"}}"#,
    .contextLengthExceeded, .final),
  ErrorCase(
    "OpenAI key", 401,
    #"{"error":{"message":"Incorrect API key provided","type":"invalid_request_error","param":null,"code":"invalid_api_key"}}"#,
    .authentication, .hold),
  ErrorCase(
    "OpenAI region", 403,
    #"{"error":{"message":"Country not supported","type":"request_forbidden","code":"unsupported_country_region_territory"}}"#,
    .permission, .hold),
  ErrorCase(
    "OpenAI model", 404,
    #"{"error":{"message":"The model `x` does not exist","type":"invalid_request_error","param":null,"code":"model_not_found"}}"#,
    .notFound, .hold),
  ErrorCase(
    "OpenAI parameter", 400,
    #"{"error":{"message":"Unsupported parameter: 'max_tokens'","type":"invalid_request_error","param":"max_tokens","code":"unsupported_parameter"}}"#,
    .invalidRequest, .final),
  ErrorCase("OpenAI failure", 500, #"{"error":{"message":"oops"}}"#, .serverError, .retryLater),
  ErrorCase("OpenAI overload", 503, #"{"error":{"message":"busy"}}"#, .overloaded, .hold),
]

private let azure: [ErrorCase] = [
  ErrorCase(
    "Azure content filter", 400,
    #"{"error":{"message":"The response was filtered","type":null,"param":"prompt","code":"content_filter","status":400,"innererror":{"code":"ResponsibleAIPolicyViolation"}}}"#,
    .contentFilter, .final),
  ErrorCase(
    "Azure rate limit", 429,
    #"{"error":{"code":"429","message":"Requests have exceeded token rate limit of your current OpenAI S0 pricing tier. Please retry after 6 seconds."}}"#,
    .rateLimited(.ownLimit), .hold),
  ErrorCase(
    "Azure high demand", 429,
    #"{"error":{"code":"429","message":"The system is experiencing high demand."}}"#,
    .rateLimited(.sharedCapacity), .hold),
  ErrorCase(
    "Azure API Management", 429,
    #"{"statusCode":429,"message":"Rate limit is exceeded. Try again in 20 seconds."}"#,
    .rateLimited(.unknown), .hold),
  ErrorCase(
    "Azure call quota", 403, #"{"statusCode":403,"message":"Out of call volume quota."}"#,
    .quotaExhausted, .hold),
  ErrorCase(
    "Azure deployment", 404, #"{"error":{"code":"DeploymentNotFound","message":"No such"}}"#,
    .notFound, .hold),
]

private let liteLLM: [ErrorCase] = [
  ErrorCase(
    "LiteLLM upstream limit", 429,
    #"{"error":{"message":"litellm.RateLimitError: OpenAIException - Rate limit reached for gpt-4o","type":"throttling_error","param":null,"code":"429"}}"#,
    .rateLimited(.ownLimit), .hold),
  ErrorCase(
    "LiteLLM upstream quota", 429,
    #"{"error":{"message":"litellm.RateLimitError: OpenAIException - You exceeded your current quota, please check your plan and billing details.","type":"throttling_error","param":null,"code":"429"}}"#,
    .quotaExhausted, .hold),
  ErrorCase(
    "LiteLLM cooldown", 429,
    #"{"error":{"message":"No deployments available for selected model, Try again in 5 seconds.","type":"None","param":"None","code":"429"}}"#,
    .rateLimited(.sharedCapacity), .hold),
  ErrorCase(
    "LiteLLM key without database", 400,
    #"{"error":{"message":"No connected db.","type":"no_db_connection","param":null,"code":"400"}}"#,
    .authentication, .hold),
  ErrorCase(
    "LiteLLM unknown model", 400,
    #"{"error":{"message":"/chat/completions: Invalid model name passed in model=x","type":"invalid_request_error","param":"model","code":"400"}}"#,
    .notFound, .hold),
  ErrorCase(
    "LiteLLM upstream timeout", 408,
    #"{"error":{"message":"litellm.Timeout","type":null,"param":null,"code":"408"}}"#,
    .timeout, .retryLater),
  ErrorCase(
    "LiteLLM budget", 400,
    #"{"error":{"message":"Budget has been exceeded! Current cost: 2, Max budget: 1","type":"budget_exceeded","param":null,"code":"400"}}"#,
    .quotaExhausted, .hold),
  ErrorCase(
    "LiteLLM context", 400,
    #"{"error":{"message":"litellm.ContextWindowExceededError: too long","type":null,"param":null,"code":"400"}}"#,
    .contextLengthExceeded, .final),
  ErrorCase(
    "LiteLLM policy", 400,
    #"{"error":{"message":"litellm.ContentPolicyViolationError: no","type":null,"param":null,"code":"400"}}"#,
    .contentFilter, .final),
]

private let others: [ErrorCase] = [
  ErrorCase(
    "llama.cpp key", 401,
    #"{"error":{"message":"Invalid API Key","type":"authentication_error","code":401}}"#,
    .authentication, .hold),
  ErrorCase(
    "llama.cpp context", 400,
    #"{"error":{"code":400,"message":"the request exceeds the available context size","type":"exceed_context_size_error","n_prompt_tokens":9000,"n_ctx":8192}}"#,
    .contextLengthExceeded, .final),
  ErrorCase(
    "llama.cpp loading", 503,
    #"{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}"#,
    .overloaded, .hold),
  ErrorCase(
    "vLLM context", 400,
    #"{"object":"error","message":"This model's maximum context length is 4096 tokens.","type":"BadRequestError","param":null,"code":400}"#,
    .contextLengthExceeded, .final),
  ErrorCase(
    "list around the object", 429, #"[{"error":{"code":429,"message":"slow down"}}]"#,
    .rateLimited(.unknown), .hold),
  ErrorCase("error as text", 404, #"{"error":"model 'x' not found"}"#, .notFound, .hold),
  ErrorCase("detail", 422, #"{"detail":"bad field"}"#, .invalidRequest, .final),
  ErrorCase("proxy page", 502, "<html><h1>502 Bad Gateway</h1></html>", .unreachable, .hold),
  ErrorCase("proxy timeout", 504, "", .timeout, .retryLater),
  ErrorCase("payment", 402, #"{"error":"pay"}"#, .quotaExhausted, .hold),
  ErrorCase("overload of Anthropic's kind", 529, "overloaded", .overloaded, .hold),
  ErrorCase("conflict", 409, "", .serverError, .retryLater),
  ErrorCase("redirect", 302, "", .notFound, .hold),
  ErrorCase(
    "exhausted by the headers alone", 429, "", .rateLimited(.ownLimit), .hold,
    headers: [("x-ratelimit-remaining-requests", "0")]),
  ErrorCase("429 that says nothing", 429, "", .rateLimited(.unknown), .hold),
  ErrorCase(
    "400 that the server says to repeat", 400, "", .invalidRequest, .retryLater,
    headers: [("x-should-retry", "true")]),
]

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

  @Test("responses mean what their gateway means", arguments: openAI + azure + liteLLM + others)
  func meaning(sent: ErrorCase) throws {
    let error = try error(sent)
    #expect(error.kind == sent.kind)
    #expect(error.disposition == sent.disposition)
    #expect(error.status == sent.status)
    #expect(!error.message.isEmpty)
  }

  @Test("code and type are kept as text, whatever they were")
  func codes() throws {
    let texts = try (openAI + liteLLM + others).map { try error($0) }
    #expect(texts[0].code == "rate_limit_exceeded" && texts[0].type == "tokens")
    #expect(try error(liteLLM[0]).code == "429")
    #expect(try error(others[0]).code == "401")
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
  }

  @Test("only passing troubles are called again")
  func retryable() {
    let passing: [GatewayError.Kind] = [
      .rateLimited(.unknown), .timeout, .unreachable, .serverError, .overloaded, .malformedReply,
    ]
    let lasting: [GatewayError.Kind] = [
      .quotaExhausted, .contentFilter, .contextLengthExceeded, .authentication, .permission,
      .notFound, .invalidRequest, .cancelled, .deadlineExceeded,
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

  @Test("the description names deployment, status, cause and remedy")
  func description() throws {
    var error = try error(liteLLM[3])
    error.attempts = 1
    #expect(
      "\(error)" == "Deployment main: authentication, HTTP 400, code 400, type no_db_connection, "
        + "after 1 call: No connected db. (check the deployment's credential)")
  }
}
