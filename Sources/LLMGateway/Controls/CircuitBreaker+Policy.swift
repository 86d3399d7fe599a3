extension CircuitBreaker {
  /// When it opens and for how long.
  public struct Policy: Sendable, Hashable {
    /// Failures that open it, of calls begun one after another.
    public var consecutiveFailures: Int
    /// The window of ``minimumCalls`` and ``failureShare``.
    public var window: Duration
    /// It also opens when this many calls ended in the window …
    public var minimumCalls: Int
    /// … and at least this share of them failed.
    public var failureShare: Double
    /// The first wait for a probe.
    public var cooldown: Duration
    /// By which each failed probe lengthens it …
    public var growth: Double
    /// … up to this. With ``jitter`` it is the longest that a recovery goes unseen, unless the server
    /// asked for more.
    public var longestCooldown: Duration
    /// The most that is added to a cooldown at random, as a share of it, so that clients do not
    /// probe together. Never subtracted.
    public var jitter: Double
    /// The wait for a probe after the quota or the gateway's budget was spent.
    public var quotaCooldown: Duration

    public init(
      consecutiveFailures: Int = 5, window: Duration = .seconds(10), minimumCalls: Int = 10,
      failureShare: Double = 0.5, cooldown: Duration = .milliseconds(500), growth: Double = 1.5,
      longestCooldown: Duration = .milliseconds(1500), jitter: Double = 0.2,
      quotaCooldown: Duration = .seconds(300)
    ) {
      self.consecutiveFailures = consecutiveFailures
      self.window = window
      self.minimumCalls = minimumCalls
      self.failureShare = failureShare
      self.cooldown = cooldown
      self.growth = growth
      self.longestCooldown = longestCooldown
      self.jitter = jitter
      self.quotaCooldown = quotaCooldown
    }
  }
}

extension CircuitBreaker.Outcome {
  /// What a failed call says: only failures of the deployment count, not refusals of a request.
  ///
  /// A 429 is the work of the limiter and of the concurrency limit; counting it here would stop all
  /// calls where fewer are asked for.
  public init(_ error: GatewayError) {
    let isOutage =
      switch error.kind {
      case .unreachable, .timeout, .overloaded: true
      case .serverError: (error.status ?? 500) >= 500
      default: false
      }
    self =
      switch error.kind {
      case _ where isOutage: .failed(retryAfter: error.retryAfter)
      case .quotaExhausted, .gatewayBudget: .quotaSpent(retryAfter: error.retryAfter)
      case .contentFilter, .contextLengthExceeded, .authentication, .permission, .notFound,
        .invalidRequest:
        error.status == nil ? .neutral : .answered
      default: .neutral
      }
  }
}
