import NIOHTTP1

extension GatewayError {
  /// The meaning of an HTTP error response.
  init(
    status: Int, headers: HTTPHeaders, body: ErrorBody, deployment: Deployment, wasted: Int = 0
  ) {
    let limits = RateLimits(headers)
    let body = body.redacting(deployment.secrets)
    self.init(
      kind: Kind(status: status, body: body, limits: limits), deployment: deployment.name,
      status: status, code: body.code?.bounded, type: body.type?.bounded,
      message: body.message.isEmpty ? "the gateway gave no message" : body.message,
      retryAfter: RetryAfter.parse(headers) ?? limits.wait(type: body.type),
      wastedTokens: wasted,
      serverAdvice: headers.first(name: "x-should-retry").flatMap(Bool.init))
  }
}

extension String {
  fileprivate var bounded: String { String(prefix(80)) }
}

extension GatewayError.Kind {
  /// Reads words before the status: LiteLLM gives 429 for a spent quota and 400 for an unknown model,
  /// and only the message differs.
  init(status: Int, body: ErrorBody, limits: RateLimits) {
    let words = Words(body)
    switch status {
    case 402: self = .quotaExhausted
    case 400..<500 where words.meanQuota: self = .quotaExhausted
    case 400..<500 where status != 429 && words.meanContentFilter: self = .contentFilter
    case 413: self = .contextLengthExceeded
    case 400..<500 where words.meanTooLarge: self = .contextLengthExceeded
    case 401, 407: self = .authentication
    case 403: self = .permission
    case 300..<400, 404, 405, 410: self = .notFound
    case 408, 504, 524: self = .timeout
    case 409, 425, 499: self = .serverError
    case 429: self = .rateLimited(words.rateLimitCause(limits))
    case 400..<500 where words.meanBadCredential: self = .authentication
    case 400..<500 where words.meanUnknownModel: self = .notFound
    case 400..<500: self = .invalidRequest
    case 502, 521, 522, 523: self = .unreachable
    case 503, 529: self = .overloaded
    default: self = .serverError
    }
  }
}

/// The words of an error body in lower case, and what they are known to mean.
private struct Words {
  let labels: Set<String>
  let message: String

  init(_ body: ErrorBody) {
    labels = Set([body.code, body.type].compactMap { $0?.lowercased() })
    message = body.message.lowercased()
  }

  private func has(label: String...) -> Bool { !labels.isDisjoint(with: label) }
  private func says(_ phrases: String...) -> Bool { phrases.contains { message.contains($0) } }

  var meanQuota: Bool {
    has(label: "insufficient_quota", "billing_hard_limit_reached", "budget_exceeded")
      || says(
        "insufficient_quota", "exceeded your current quota", "budget has been exceeded",
        "out of call volume quota")
  }

  var meanContentFilter: Bool {
    has(label: "content_filter", "content_policy_violation", "responsibleaipolicyviolation")
      || says("contentpolicyviolationerror", "content management policy")
  }

  /// Includes OpenAI's 429 for a request that alone is above the limit, which no wait can cure.
  var meanTooLarge: Bool {
    has(label: "context_length_exceeded", "exceed_context_size_error")
      || says("contextwindowexceedederror", "maximum context length", "request too large for")
  }

  var meanBadCredential: Bool {
    has(label: "no_db_connection", "authentication_error", "invalid_api_key")
  }

  var meanUnknownModel: Bool {
    has(label: "model_not_found", "deploymentnotfound") || says("invalid model name")
  }

  func rateLimitCause(_ limits: RateLimits) -> GatewayError.RateLimitCause {
    if says("overloaded", "high demand", "at capacity", "no deployments available") {
      return .sharedCapacity
    }
    let isOurs =
      limits.isExhausted || has(label: "rate_limit_exceeded", "requests", "tokens")
      || says("rate limit reached", "exceeded token rate limit", "exceeded call rate limit")
    return isOurs ? .ownLimit : .unknown
  }
}
