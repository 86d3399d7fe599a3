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
  let dimension: RateLimits.Dimension?
  let wait: Duration?

  init(
    _ name: String, _ status: Int, _ body: String, _ kind: GatewayError.Kind,
    _ disposition: GatewayError.Disposition, of dimension: RateLimits.Dimension? = nil,
    wait: Duration? = nil, headers: [(String, String)] = []
  ) {
    testDescription = name
    self.status = status
    self.headers = headers
    self.body = body
    self.kind = kind
    self.disposition = disposition
    self.dimension = dimension
    self.wait = wait
  }

  static let all =
    openAI + openAILimits + azure + azureLimits + liteLLM + liteLLMLimits + liteLLMBudgets + others
}

private let openAI: [ErrorCase] = [
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
    "Azure deployment", 404, #"{"error":{"code":"DeploymentNotFound","message":"No such"}}"#,
    .notFound, .hold),
]

private let liteLLM: [ErrorCase] = [
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
    "exhausted by the headers alone", 429, "", .rateLimited(.ownLimit), .hold, of: .requests,
    headers: [("x-ratelimit-remaining-requests", "0")]),
  ErrorCase("429 that says nothing", 429, "", .rateLimited(.unknown), .hold),
  ErrorCase(
    "400 that the server says to repeat", 400, "", .invalidRequest, .retryLater,
    headers: [("x-should-retry", "true")]),
]
