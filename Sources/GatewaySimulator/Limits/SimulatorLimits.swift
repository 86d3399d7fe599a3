/// The limits of the one key that everybody calls with, checked together.
///
/// A value without a clock of its own: times are since the simulator's start.
struct SimulatorLimits: Sendable {
  enum Dimension: String, Sendable { case requests, tokens }

  /// What one request takes; nothing of it is taken unless all of it may be.
  struct Demand: Sendable, Equatable {
    var requests = 1
    var tokens: Int
  }

  /// Why a request may not be admitted.
  struct Refusal: Sendable, Equatable {
    /// The one that keeps it out longest.
    let dimension: Dimension
    let limit: Int
    let remaining: Int
    let requested: Int
    /// How long until the same request would be admitted if it alone came; nil when it never
    /// would, as it is larger than the limit or outside traffic takes all.
    let wait: Duration?
  }

  /// What a gateway tells of a limit in its headers.
  struct Standing: Sendable, Equatable {
    struct Limit: Sendable, Equatable {
      let limit: Int
      let remaining: Int
      let reset: Duration
    }
    var requests: Limit?
    var tokens: Limit?
  }

  private var settings: Settings
  private var requests: (any RateWindow)?
  private var tokens: (any RateWindow)?
  private var outside: OutsideTraffic

  init(_ settings: Settings, at now: Duration) {
    self.settings = settings
    outside = OutsideTraffic(settings, at: now)
    requests = Self.window(settings, limit: settings.requests, settings.bucketRequests, now)
    tokens = Self.window(settings, limit: settings.tokens, settings.bucketTokens, now)
  }

  /// Whether anything is limited.
  var isLimited: Bool { requests != nil || tokens != nil }

  /// Other limits from now on. What is taken stays taken, unless the kind of window changes.
  mutating func change(to new: Settings, at now: Duration) {
    guard new != settings else { return }
    advance(to: now)
    let isSameKind = new.window == settings.window
    if isSameKind, let limit = new.requests, requests != nil,
      new.bucketRequests == settings.bucketRequests
    {
      requests?.limit = limit
    } else {
      requests = Self.window(new, limit: new.requests, new.bucketRequests, now)
    }
    if isSameKind, let limit = new.tokens, tokens != nil,
      new.bucketTokens == settings.bucketTokens
    {
      tokens?.limit = limit
    } else {
      tokens = Self.window(new, limit: new.tokens, new.bucketTokens, now)
    }
    outside = OutsideTraffic(new, at: now)
    settings = new
  }

  /// Takes all of `demand`, or nothing and says why.
  mutating func admit(_ demand: Demand, at now: Duration) -> Refusal? {
    guard isLimited else { return nil }
    advance(to: now)
    if let refusal = refusal(of: demand, at: now) { return refusal }
    requests?.take(demand.requests)
    tokens?.take(demand.tokens)
    return nil
  }

  /// Counts a refused request as one made, as gateways do whose limit counts what they refuse.
  mutating func countRefused(at now: Duration) {
    advance(to: now)
    requests?.take(1)
  }

  /// The limits as of the time last advanced to.
  var standing: Standing {
    func limit(_ window: (any RateWindow)?) -> Standing.Limit? {
      window.map { .init(limit: $0.limit, remaining: $0.remaining, reset: $0.reset) }
    }
    return Standing(requests: limit(requests), tokens: limit(tokens))
  }

  mutating func advance(to now: Duration) {
    var outside = outside
    outside.pass(to: now) { second, share in
      requests?.advance(to: second)
      tokens?.advance(to: second)
      // Others are refused too: they take what is left, never more.
      let requestsLeft = requests?.remaining ?? 0
      let tokensLeft = tokens?.remaining ?? 0
      requests?.take(min(share.requests, requestsLeft))
      tokens?.take(min(share.tokens, tokensLeft))
    }
    self.outside = outside
    requests?.advance(to: now)
    tokens?.advance(to: now)
  }

  /// Why `demand` would not be admitted at `now`, the time last advanced to; takes nothing.
  func refusal(of demand: Demand, at now: Duration) -> Refusal? {
    let requestWait = Self.wait(of: requests, for: demand.requests)
    let tokenWait = Self.wait(of: tokens, for: demand.tokens)
    if requestWait == .zero, tokenWait == .zero { return nil }
    let never = Duration.seconds(Int64.max)
    let isRequests = (requestWait ?? never) > (tokenWait ?? never)
    guard let window = isRequests ? requests : tokens else { return nil }
    return Refusal(
      dimension: isRequests ? .requests : .tokens, limit: window.limit,
      remaining: window.remaining, requested: isRequests ? demand.requests : demand.tokens,
      wait: wait(for: demand, at: now))
  }

  /// Outside traffic may take what becomes free, so the wait is found by letting it pass.
  private func wait(for demand: Demand, at now: Duration) -> Duration? {
    var later = self
    var time = now
    for _ in 0..<Self.longestSearch {
      guard let requests = Self.wait(of: later.requests, for: demand.requests),
        let tokens = Self.wait(of: later.tokens, for: demand.tokens)
      else { return nil }
      let wait = max(requests, tokens)
      if wait == .zero { return time - now }
      time += wait
      later.advance(to: time)
    }
    return nil
  }

  /// No limit, no wait.
  private static func wait(of window: (any RateWindow)?, for amount: Int) -> Duration? {
    guard let window else { return .zero }
    return window.wait(for: amount)
  }

  // Ten minutes of whole seconds: whoever is not let in by then is told no time.
  private static let longestSearch = 600

  private static func window(
    _ settings: Settings, limit: Int?, _ capacity: Int?, _ now: Duration
  ) -> (any RateWindow)? {
    limit.map { settings.window.empty(limit: $0, capacity: capacity, at: now) }
  }
}

extension SimulatorLimits {
  /// The part of a behaviour that limits are made of.
  struct Settings: Sendable, Equatable {
    var requests: Int?
    var tokens: Int?
    var window = GatewayBehavior.Window.sliding
    var bucketRequests: Int?
    var bucketTokens: Int?
    var outsideRequests = 0
    var outsideTokens = 0
  }
}

extension SimulatorLimits.Settings {
  /// Limits that are not positive are none.
  init(_ behavior: GatewayBehavior) {
    func positive(_ limit: Int?) -> Int? { limit.flatMap { $0 > 0 ? $0 : nil } }
    self.init(
      requests: positive(behavior.requestsPerMinute), tokens: positive(behavior.tokensPerMinute),
      window: behavior.window, bucketRequests: positive(behavior.bucketRequests),
      bucketTokens: positive(behavior.bucketTokens),
      outsideRequests: max(0, behavior.outsideRequestsPerMinute),
      outsideTokens: max(0, behavior.outsideTokensPerMinute))
  }
}
