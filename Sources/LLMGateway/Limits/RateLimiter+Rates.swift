/// Rates, the clock, and what the gateway says.
extension RateLimiter {
  /// Takes over the limits that a response states: the lower of configured and stated counts from
  /// now on, where a limit is configured.
  ///
  /// - Parameters:
  ///   - requests: What `x-ratelimit-limit-…` says, as the others; nil where it says nothing. Below
  ///     1 is ignored.
  ///   - sentAt: When the call was sent. Replies come in any order: one to a call that was sent
  ///     before a lower limit was seen must not bring the old limit back.
  public mutating func observeLimits(
    requests: Int? = nil, tokens: Int? = nil, inputTokens: Int? = nil, outputTokens: Int? = nil,
    sentAt: WallTime, at time: WallTime
  ) {
    tick(time)
    let mayRaise = sentAt.nanoseconds >= feedback.loweredAt
    if let configured = limits.requestsPerMinute, let requests, requests > 0 {
      let before = min(configured, seenRequests ?? configured)
      let after = min(configured, requests)
      if mayRaise || after < before { seenRequests = requests }
      if after < before { feedback.lowered(at: now) }
      if after < before || after > before && mayRaise { tuneTurns() }
    }
    var isChanged = false
    for index in meters.indices {
      let stated =
        switch meters[index].dimension {
        case .requests: requests
        case .tokens: tokens
        case .inputTokens: inputTokens
        case .outputTokens: outputTokens
        }
      guard let stated, stated > 0 else { continue }
      let before = meters[index].limit
      guard mayRaise || stated < before else { continue }
      meters[index].seen = stated
      if meters[index].limit < before { feedback.lowered(at: now) }
      isChanged = isChanged || meters[index].limit != before
    }
    if isChanged { tuneMeters() }
  }

  /// Pauses after a 429 of the deployment's own limit; a later end wins. Tell what the response
  /// states of limits first.
  ///
  /// While limits are as configured, somebody else uses the same key: the rate falls by a fifth, at
  /// most every 5 s, and recovers by 2 % of the limit every 5 s without another. Within a minute of
  /// a lower limit it does not: windows are still full of what was allowed before.
  /// - Parameter retryAfter: What the response asks for, at most 120 s; without it 1 s, doubled with
  ///   each refusal until a call's use is known.
  public mutating func refused(retryAfter: Duration?, at time: WallTime) {
    tick(time)
    let before = accrualTime
    let isScaled = feedback.refused(retryAfter: retryAfter?.inNanoseconds, at: now)
    // Nothing accrues in a pause, else everybody would send at its end. What is saved up is kept,
    // so workers stay as far apart as they were.
    let pause = accrualTime - before
    for index in meters.indices { meters[index].shift(by: pause) }
    lastTurn = max(lastTurn, feedback.pausedUntil)
    if isScaled { tuneScale() }
  }

  /// Moves the clock. Going back accrues nothing and waits for nothing; going forward accrues no
  /// more than a waiting call's cost, or the burst.
  mutating func tick(_ time: WallTime) {
    let back = now - time.nanoseconds
    now = time.nanoseconds
    if back > 0 {
      for index in meters.indices { meters[index].shift(by: -back) }
      feedback.shift(by: -back)
      // A turn that was taken stays taken after a small step; a large one must not block for long.
      if lastTurn > now + burst { lastTurn = accrualTime }
    }
    if feedback.recover(at: now) { tuneScale() }
  }

  /// Up to when tokens count as accrued. In a pause that is its end, with nothing accrued since its
  /// begin; a rate that changes in a pause must not be applied to it backwards.
  var accrualTime: Int64 { max(now, feedback.pausedUntil) }

  mutating func tuneScale() {
    turns?.scale = feedback.scale
    tuneMeters()
  }

  /// Makes the grid of turns anew; past turns of the new one are not this process's to take.
  mutating func tuneTurns() {
    guard let configured = limits.requestsPerMinute else { return }
    let limit = min(configured, seenRequests ?? configured)
    var margin = LimitMargin(burst: burst)
    if case .fixed = share { margin.varies(by: 1, limit: limit, fraction: share.fraction) }
    turns = LimitTurns(perMinute: Double(limit) * margin.factor, share: share, start: now)
    turns?.scale = feedback.scale
    lastTurn = max(lastTurn, now)
  }

  mutating func tuneMeters() {
    let fraction = share.fraction
    for index in meters.indices {
      var margin = LimitMargin(burst: burst)
      margin.varies(by: meters[index].meanCost, limit: meters[index].limit, fraction: fraction)
      let perMinute = Double(meters[index].limit) * fraction * feedback.scale * margin.factor
      meters[index].setRate(perMinute / 60, at: accrualTime)
      meters[index].tunedCost = meters[index].meanCost
    }
  }
}
