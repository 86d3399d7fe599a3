import Logging

/// One deployment of a list, with what it allows, what it charges and when it stands in for those before it.
public struct GatewayTarget: Sendable {
  /// Why calls go on to the next deployment.
  public enum Fallback: String, Sendable, Hashable, CaseIterable {
    /// It does not answer, or only with failures of its own.
    case outage
    /// Its quota, or the budget that its gateway keeps, is spent.
    case quota
    /// Its content filter refused the prompt or stopped the reply.
    case contentFilter = "content_filter"
  }

  public let deployment: Deployment
  public let limits: DeploymentLimits
  /// Nil: what it costs is not known.
  public let price: TokenPrice?
  /// For which failures of those before it this one is used.
  public let standsInFor: Set<Fallback>

  public init(
    _ deployment: Deployment, limits: DeploymentLimits = .none, price: TokenPrice? = nil,
    standsInFor: Set<Fallback> = [.outage, .quota]
  ) {
    self.deployment = deployment
    self.limits = limits
    self.price = price
    self.standsInFor = standsInFor
  }
}

/// A target with its connections and controls.
struct Backend: Sendable {
  let target: GatewayTarget
  let transport: ChatTransport
  let telemetry: ChatTelemetry
  let gate: CallGate

  var deployment: Deployment { target.deployment }

  init(_ target: GatewayTarget, share: LimitShare, maximumReplyBytes: Int) {
    self.target = target
    transport = ChatTransport(target.deployment, maximumReplyBytes: maximumReplyBytes)
    telemetry = ChatTelemetry(target.deployment)
    gate = CallGate(target.limits, share: share, atOnce: target.deployment.maximumConnections)
  }

  func error(
    _ kind: GatewayError.Kind, _ message: String, after: Duration? = nil
  ) -> GatewayError {
    GatewayError(
      kind: kind, deployment: deployment.name, message: message, retryAfter: after)
  }

  /// What a call costs; nil without a price.
  func cost(of usage: TokenUsage) -> Cost? {
    target.price.map { Cost(micros: $0.cost(of: usage), currency: $0.currency) }
  }
}

extension GatewayError {
  /// The condition under which another deployment may stand in for the one that failed so.
  var fallback: GatewayTarget.Fallback? {
    switch kind {
    case .unreachable, .overloaded, .serverError, .timeout, .circuitOpen: .outage
    case .quotaExhausted, .gatewayBudget: .quota
    case .contentFilter: .contentFilter
    default: nil
    }
  }

  /// Whether the model may have worked for it: then it is charged, as nobody says what it used.
  var mayHaveUsedTokens: Bool {
    switch kind {
    case .timeout, .malformedReply, .cancelled, .deadlineExceeded, .unreachable: attempted
    default: false
    }
  }

  /// Whether the limiter keeps what was reserved. Given back after a 429, it would let everybody send twice at the end
  /// of the pause.
  var staysCharged: Bool { mayHaveUsedTokens || kind.isRateLimit }

  /// Without a status nothing says that the gateway refused it.
  private var attempted: Bool { status == nil || (200..<300).contains(status ?? 0) }
}

extension GatewayError.Kind {
  var isRateLimit: Bool {
    if case .rateLimited = self { true } else { false }
  }
}
