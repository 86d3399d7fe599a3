extension RateLimiter {
  /// How one limit stands.
  public struct LimitFigures: Sendable, Hashable {
    public let dimension: LimitDimension
    /// Units a minute for all of the fleet: the lower of what is configured and what the gateway
    /// states.
    public let limit: Int
    /// Units a minute that this process may use, margins and feedback taken off.
    public let rate: Double
    /// Units that this process used in the last 60 s, those reserved for calls under way included.
    public let used: Int
    /// Units saved up now; negative: a debt. Requests have none: their turns come by the clock.
    public let level: Double
  }

  /// What metrics show.
  public struct Figures: Sendable, Hashable {
    public let share: Double
    public let interactiveWaiting: Int
    public let backfillWaiting: Int
    public let limits: [LimitFigures]
    /// 1, or less while others use the same key.
    public let scale: Double
    /// The end of the pause that a 429 asked for; nil when there is none.
    public let pausedUntil: WallTime?
  }

  public func figures(at time: WallTime) -> Figures {
    var figures: [LimitFigures] = []
    if let configured = limits.requestsPerMinute, let turns {
      figures.append(
        LimitFigures(
          dimension: .requests, limit: min(configured, seenRequests ?? configured),
          rate: turns.perMinute, used: ownUse.total(.requests, at: time.nanoseconds), level: 0))
    }
    for meter in meters {
      figures.append(
        LimitFigures(
          dimension: meter.dimension, limit: meter.limit,
          rate: meter.hasShare ? 60e9 / meter.perToken : 0,
          used: ownUse.total(meter.dimension, at: time.nanoseconds),
          level: meter.level(at: max(time.nanoseconds, feedback.pausedUntil))))
    }
    return Figures(
      share: share.fraction, interactiveWaiting: lanes.count(.interactive),
      backfillWaiting: lanes.count(.backfill), limits: figures, scale: feedback.scale,
      pausedUntil: feedback.pausedUntil > time.nanoseconds
        ? WallTime(nanoseconds: feedback.pausedUntil) : nil)
  }
}
