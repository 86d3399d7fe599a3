/// Lets through what a rate allows, evenly, after a burst.
///
/// A pure value: moments are durations since any one start, and one that runs backwards counts as
/// no time passed.
struct TokenBucket: Sendable, Hashable {
  enum Verdict: Sendable, Hashable {
    case taken
    /// How long until there is one.
    case refused(retryAfter: Duration)
  }

  private let rate: Rate
  private(set) var tokens: Double
  private var updated: Duration

  /// Full at first.
  init(_ rate: Rate, at now: Duration) {
    self.rate = rate
    tokens = max(1, rate.burst)
    updated = now
  }

  mutating func take(at now: Duration) -> Verdict {
    refill(at: now)
    guard tokens < 1 else {
      tokens -= 1
      return .taken
    }
    guard rate.perMinute > 0 else { return .refused(retryAfter: .seconds(3_600)) }
    return .refused(retryAfter: .seconds((1 - tokens) * 60 / rate.perMinute))
  }

  /// Gives back one that was taken for what did not happen.
  mutating func giveBack() {
    tokens = min(max(1, rate.burst), tokens + 1)
  }

  private mutating func refill(at now: Duration) {
    guard now > updated else { return }
    tokens = min(
      max(1, rate.burst), tokens + (now - updated).inSeconds * rate.perMinute / 60)
    updated = now
  }
}

extension Duration {
  var inSeconds: Double {
    let (seconds, attoseconds) = components
    return Double(seconds) + Double(attoseconds) / 1e18
  }

  /// Rounded up, and at least 1: what `Retry-After` can say.
  var retrySeconds: Int { max(1, Int(inSeconds.rounded(.up))) }

  /// Rounded towards zero.
  var inMilliseconds: Int64 { Int64(inSeconds * 1_000) }
}
