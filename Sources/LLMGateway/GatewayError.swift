/// Why a chat got no reply.
public struct GatewayError: Error, Hashable {
  /// The longest ``message`` kept, in characters.
  static let longestMessage = 400

  /// Whose limit a 429 speaks of.
  public enum RateLimitCause: String, Sendable, Hashable {
    /// Our own requests or tokens a minute.
    case ownLimit = "own_limit"
    /// Capacity is short, whatever our rate: fewer calls at once are the cure.
    case sharedCapacity = "shared_capacity"
    case unknown
  }

  /// What went wrong.
  public enum Kind: Sendable, Hashable {
    case rateLimited(RateLimitCause)
    /// The quota or balance at the provider is used up: a person must act.
    case quotaExhausted
    /// The budget that the gateway keeps for our key, team or deployment is spent: a person must act.
    case gatewayBudget
    /// Our own budget is spent; nothing was sent.
    case budgetSpent
    /// Our circuit breaker lets nothing through until ``retryAfter`` has passed; nothing was sent.
    case circuitOpen
    /// The provider's filter refused the prompt.
    case contentFilter
    /// The request is larger than the model or the limit can ever take.
    case contextLengthExceeded
    case authentication
    case permission
    /// The model, the deployment or the URL does not exist.
    case notFound
    case invalidRequest
    /// A call took longer than ``Deployment/requestTimeout``, or the gateway's own upstream timed out.
    case timeout
    /// No connection, or one that closed before a reply began, or a gateway without upstream.
    case unreachable
    case serverError
    case overloaded
    /// The reply was cut off, too large or not a chat completion.
    case malformedReply
    /// The task was cancelled or the client shut down.
    case cancelled
    case deadlineExceeded
  }

  /// What the caller should do with the request.
  public enum Disposition: String, Sendable, Hashable {
    /// This request's own trouble: try it again later, counting an attempt.
    case retryLater
    /// A shared cause, not this request's fault: stop sending, and count no attempt.
    case hold
    /// This request can never succeed as it is.
    case final
  }

  public let kind: Kind
  /// The deployment's name.
  public let deployment: String
  /// HTTP status, when there was a response.
  public let status: Int?
  /// The provider's code, as text.
  public let code: String?
  /// The provider's error type.
  public let type: String?
  /// The provider's words or the cause, at most 400 characters, without secrets.
  public let message: String
  /// How long the gateway asks to wait, at most 120 s; for ``Kind/circuitOpen`` the time to the next
  /// probe.
  public let retryAfter: Duration?
  /// Which of our own limits a 429 speaks of; nil when it does not say, or for any other error.
  public let limitedDimension: RateLimits.Dimension?
  /// What the response says of our limits; nil when it says nothing.
  public let rateLimits: RateLimits?
  /// Calls made; 0 when none was.
  public internal(set) var attempts: Int
  /// Tokens that the failed calls reported; what timed-out calls used is not known.
  public internal(set) var wastedTokens: Int
  /// What the calls cost, those of unknown usage at their upper bound; nil without a price.
  public internal(set) var cost: Cost?
  /// The response's `x-should-retry`, which overrides our own judgement.
  let serverAdvice: Bool?

  public init(
    kind: Kind, deployment: String, status: Int? = nil, code: String? = nil,
    type: String? = nil, message: String, retryAfter: Duration? = nil,
    limitedDimension: RateLimits.Dimension? = nil, rateLimits: RateLimits? = nil,
    attempts: Int = 0, wastedTokens: Int = 0
  ) {
    self.init(
      kind: kind, deployment: deployment, status: status, code: code, type: type,
      message: message, retryAfter: retryAfter, limitedDimension: limitedDimension,
      rateLimits: rateLimits, attempts: attempts, wastedTokens: wastedTokens, serverAdvice: nil)
  }

  init(
    kind: Kind, deployment: String, status: Int? = nil, code: String? = nil,
    type: String? = nil, message: String, retryAfter: Duration? = nil,
    limitedDimension: RateLimits.Dimension? = nil, rateLimits: RateLimits? = nil,
    attempts: Int = 0, wastedTokens: Int = 0, serverAdvice: Bool?
  ) {
    self.kind = kind
    self.deployment = deployment
    self.status = status
    self.code = code
    self.type = type
    self.message = String(message.prefix(Self.longestMessage))
    self.retryAfter = retryAfter
    self.limitedDimension = limitedDimension
    self.rateLimits = rateLimits
    self.attempts = attempts
    self.wastedTokens = wastedTokens
    self.serverAdvice = serverAdvice
  }

  public var disposition: Disposition {
    let own = kind.disposition
    return own == .final && serverAdvice == true ? .retryLater : own
  }

  /// Whether another call may succeed within seconds.
  var isRetryable: Bool { serverAdvice ?? kind.isRetryable }
}

extension GatewayError.Kind {
  /// The word for `error.type`, metrics and logs.
  public var word: String {
    switch self {
    case .rateLimited: "rate_limited"
    case .quotaExhausted: "quota_exhausted"
    case .gatewayBudget: "gateway_budget"
    case .budgetSpent: "budget_spent"
    case .circuitOpen: "circuit_open"
    case .contentFilter: "content_filter"
    case .contextLengthExceeded: "context_length_exceeded"
    case .authentication: "authentication"
    case .permission: "permission"
    case .notFound: "not_found"
    case .invalidRequest: "invalid_request"
    case .timeout: "timeout"
    case .unreachable: "unreachable"
    case .serverError: "server_error"
    case .overloaded: "overloaded"
    case .malformedReply: "malformed_reply"
    case .cancelled: "cancelled"
    case .deadlineExceeded: "deadline_exceeded"
    }
  }

  var disposition: GatewayError.Disposition {
    switch self {
    case .timeout, .serverError, .malformedReply, .deadlineExceeded: .retryLater
    case .rateLimited, .quotaExhausted, .gatewayBudget, .budgetSpent, .circuitOpen,
      .authentication, .permission, .notFound, .unreachable, .overloaded, .cancelled:
      .hold
    case .contentFilter, .contextLengthExceeded, .invalidRequest: .final
    }
  }

  var isRetryable: Bool {
    switch self {
    case .rateLimited, .timeout, .unreachable, .serverError, .overloaded, .malformedReply: true
    default: false
    }
  }

  fileprivate var advice: String {
    switch self {
    case .rateLimited: "send less, or raise the limit"
    case .quotaExhausted: "raise the quota or pay at the provider"
    case .gatewayBudget: "raise the budget of the key at the gateway, or wait for its next period"
    case .budgetSpent: "raise the budget, or wait for its next period"
    case .circuitOpen: "wait; a probe will find out when the gateway is back"
    case .contentFilter: "the provider refuses this prompt; do not send it again"
    case .contextLengthExceeded: "send a shorter prompt or ask for fewer tokens"
    case .authentication: "check the deployment's credential"
    case .permission: "give the credential access to the model"
    case .notFound: "check the deployment's baseURL and model"
    case .invalidRequest: "correct the request; sending it again cannot help"
    case .timeout: "try later, or raise requestTimeout"
    case .unreachable: "check that the gateway runs and can be reached"
    case .serverError, .overloaded, .malformedReply: "try later"
    case .cancelled: "the caller is stopping; send it again after the restart"
    case .deadlineExceeded: "try later with a later deadline"
    }
  }
}

extension GatewayError: CustomStringConvertible {
  public var description: String {
    var text = "Deployment \(deployment): \(kind.word)"
    if case .rateLimited(let cause) = kind {
      let dimension = limitedDimension.map { ", \($0.rawValue)" } ?? ""
      text += " (\(cause.rawValue)\(dimension))"
    }
    if let status { text += ", HTTP \(status)" }
    if let code { text += ", code \(code)" }
    if let type { text += ", type \(type)" }
    text += ", after \(attempts) call\(attempts == 1 ? "" : "s"): \(message)"
    if let retryAfter { text += " It asks to wait \(retryAfter)." }
    return text + " (\(kind.advice))"
  }
}
