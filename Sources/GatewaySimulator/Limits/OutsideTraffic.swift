/// Calls that others make with the same key: an even load, accounted for by the clock.
struct OutsideTraffic: Sendable {
  /// What others ask for in one second.
  struct Share: Sendable, Equatable {
    let requests: Int
    let tokens: Int
  }

  // An hour at most is made up for: longer ago than any window reaches.
  private static let longestGap = 3_600

  private let requestsPerMinute: Int
  private let tokensPerMinute: Int
  private var second: Int

  init(_ settings: SimulatorLimits.Settings, at now: Duration) {
    requestsPerMinute = settings.outsideRequests
    tokensPerMinute = settings.outsideTokens
    second = now.wholeSeconds
  }

  /// Gives each second that began since the last time, with its share.
  mutating func pass(to now: Duration, _ body: (_ begin: Duration, Share) -> Void) {
    let last = now.wholeSeconds
    guard last > second else { return }
    defer { second = last }
    guard requestsPerMinute > 0 || tokensPerMinute > 0 else { return }
    for next in max(second + 1, last - Self.longestGap)...last {
      let share = Share(
        requests: Self.share(of: requestsPerMinute, in: next),
        tokens: Self.share(of: tokensPerMinute, in: next))
      body(.seconds(next), share)
    }
  }

  /// Whole numbers that add up to `perMinute` over any 60 seconds.
  private static func share(of perMinute: Int, in second: Int) -> Int {
    let place = second % 60
    return perMinute * (place + 1) / 60 - perMinute * place / 60
  }
}
