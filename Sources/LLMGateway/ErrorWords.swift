import NIOHTTP1

/// The words of an error response in lower case, and what they are known to mean.
struct ErrorWords {
  /// The code and the type.
  let labels: Set<String>
  let message: String
  /// LiteLLM's header on a 429 of its own; empty when there is none.
  let limitType: String
  /// The provider moved the call to another of its deployments, which then refused it.
  let isSpilledOver: Bool

  init(_ body: ErrorBody, headers: HTTPHeaders) {
    labels = Set([body.code, body.type].compactMap { $0?.lowercased() })
    message = body.message.lowercased()
    limitType = headers.first(name: "rate_limit_type")?.lowercased() ?? ""
    isSpilledOver = ServedBy(headers)?.spilledFrom != nil
  }

  private func has(label: String...) -> Bool { !labels.isDisjoint(with: label) }
  private func says(_ phrases: String...) -> Bool { phrases.contains { message.contains($0) } }

  /// LiteLLM's budgets of a key, user, team, model or deployment, and Azure API Management's quotas.
  var meanGatewayBudget: Bool {
    has(label: "budget_exceeded")
      || says(
        "budget has been exceeded", "exceededbudget", "exceeded budget for", "crossed budget",
        "out of call volume quota", "out of bandwidth quota")
  }

  var meanQuota: Bool {
    has(label: "insufficient_quota", "billing_hard_limit_reached")
      || says("insufficient_quota", "exceeded your current quota")
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
    // A limit of calls at once is ours, but the control that answers it is the same.
    let isShort =
      limitType == "max_parallel_requests"
      || says(
        "overloaded", "high demand", "at capacity", "no deployments available",
        "limit type: max_parallel_requests")
    // The limit met last is another deployment's, and ours was met before: both are full.
    if isShort || isSpilledOver { return .sharedCapacity }
    let isOurs =
      dimension != nil || limits.isExhausted || has(label: "rate_limit_exceeded")
      || says(
        "rate limit reached", "rate limit exceeded for", "rate limit is exceeded",
        "token limit is exceeded", "crossed tpm / rpm")
    return isOurs ? .ownLimit : .unknown
  }

  /// The limit that is named, when exactly one is.
  var dimension: RateLimits.Dimension? {
    let requests =
      limitType == "requests" || has(label: "requests")
      || says(
        "requests per min", "requests per day", "call rate limit", "limit type: requests",
        "rpm limit")
    let tokens =
      limitType == "tokens" || has(label: "tokens")
      || says(
        "tokens per min", "tokens per day", "token rate limit", "limit type: tokens", "tpm limit",
        "token limit is exceeded")
    if requests == tokens { return nil }
    return requests ? .requests : .tokens
  }
}
