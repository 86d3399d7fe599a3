/// How many messages may be published now, under a rate.
///
/// A tenth of a second's worth may go at once, and nothing that was not used before is caught up beyond that.
struct Pace: Sendable {
  /// A second; 0 without a limit.
  let rate: Double
  private var allowance: Double
  private var last: ContinuousClock.Instant

  init(rate: Double, now: ContinuousClock.Instant) {
    self.rate = rate
    allowance = Self.burst(rate)
    last = now
  }

  private static func burst(_ rate: Double) -> Double { max(1, rate / 10) }

  /// Takes up to that many; what is 0 tells to wait for ``wait``.
  mutating func take(_ wanted: Int, now: ContinuousClock.Instant) -> Int {
    guard rate > 0 else { return wanted }
    let earned = max(0, (now - last).inSeconds) * rate
    last = now
    allowance = min(Self.burst(rate), allowance + earned)
    let taken = min(wanted, Int(allowance))
    allowance -= Double(taken)
    return taken
  }

  /// How long until one may go, at most a second: what else is to be looked at in between must not wait.
  var wait: Duration {
    guard rate > 0 else { return .zero }
    return min(.seconds(1), .seconds(max(0.001, (1 - allowance) / rate)))
  }
}
