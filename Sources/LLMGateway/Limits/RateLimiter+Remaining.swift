extension RateLimiter {
  /// Adapts to others who use the same key, by what a response says is left.
  ///
  /// The rest of the fleet uses its own parts of a window and no more. So what is left and what this process used itself
  /// make up its own part at least; where they do not, somebody outside took of it, and the rate falls to what there is.
  /// It recovers as after a refusal. For 60 s after the share changed nothing can be told, as the part's last owner
  /// used of it; a busy fleet alone never looks like others.
  ///
  /// - Parameters: `x-ratelimit-remaining-…`; nil where the response says nothing.
  public mutating func observeRemaining(
    requests: Int? = nil, tokens: Int? = nil, at time: WallTime
  ) {
    tick(time)
    guard now - shareSince >= 61_000_000_000, share.fraction > 0 else { return }
    let own = ownUse.total(at: now)
    var part = 1.0
    if let requests, let configured = limits.requestsPerMinute {
      let limit = Double(min(configured, seenRequests ?? configured))
      // Windows and turns are whole: one more than the part is no sign of others.
      part = min(part, Double(own.requests + requests + 1) / (limit * share.fraction))
    }
    for meter in meters where meter.dimension == .tokens {
      guard let tokens else { continue }
      let slack = meter.meanCost
      part = min(
        part,
        (Double(own.tokens + tokens) + slack) / (Double(meter.limit) * share.fraction))
    }
    // Estimates in flight and the grain of windows make up a few percent.
    if part < 0.95, feedback.crowded(to: part, at: now) { tuneScale() }
  }
}
