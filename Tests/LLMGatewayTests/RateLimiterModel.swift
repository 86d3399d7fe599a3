import Testing

@testable import LLMGateway

/// What a `RateLimiter` may do, with numbers that are filled as time passes and turns that are
/// counted one by one. It takes the rates from the limiter and judges every decision.
struct RateLimiterModel {
  struct Waiter {
    let ticket: RateLimiter.Ticket
    let cost: LimitedCost
  }

  struct Meter {
    /// Tokens unspent.
    var level = 0.0
    /// Tokens a nanosecond.
    var rate = 0.0
    let limit: Int
    let tokens: (LimitedCost) -> Int
  }

  /// The limiter counts in whole nanoseconds; so many tokens may be in one.
  static let slack = 0.02

  let limits: DeploymentLimits
  let burst: Double
  var now: Int64
  var pausedUntil = Int64.min
  var lastTurn: Int64
  var meters: [Meter] = []
  var owned: Set<Int64> = []
  var partitions: Int64 = 1
  var period: Int64 = 0
  var interactive: [Waiter] = []
  var backfill: [Waiter] = []
  var claim = 0.0

  init(_ limits: DeploymentLimits, at now: Int64) {
    self.limits = limits
    self.now = now
    lastTurn = now
    burst = limits.burst / .nanoseconds(1)
    if let limit = limits.tokensPerMinute {
      meters.append(Meter(limit: limit) { $0.input + $0.output })
    }
    if let limit = limits.inputTokensPerMinute { meters.append(Meter(limit: limit) { $0.input }) }
    if let limit = limits.outputTokensPerMinute { meters.append(Meter(limit: limit) { $0.output }) }
  }

  var isEmpty: Bool { interactive.isEmpty && backfill.isEmpty }
  private var accrued: Int64 { max(now, pausedUntil) }

  // MARK: What happens

  mutating func move(to time: Int64) {
    if time < now {
      if pausedUntil > .min { pausedUntil -= now - time }
      now = time
      if lastTurn > now + Int64(burst) { lastTurn = accrued }
      return
    }
    let before = accrued
    now = time
    for index in meters.indices {
      meters[index].level += Double(accrued - before) * meters[index].rate
    }
  }

  mutating func pause(until time: Int64) {
    pausedUntil = max(pausedUntil, time)
    lastTurn = max(lastTurn, pausedUntil)
  }

  mutating func takeShare(_ share: LimitShare, requests: Int?) {
    guard case .partitions(let owned, let count) = share else { return }
    self.owned = Set(owned.map(Int64.init))
    partitions = Int64(count)
    if let limit = requests {
      let factor = 0.997 * 60e9 / (60e9 + burst)
      period = Int64((60e9 / (Double(limit) * factor)).rounded(.up))
      lastTurn = max(lastTurn, now)
    }
  }

  mutating func clip() {
    guard isEmpty else { return }
    for index in meters.indices where meters[index].rate > 0 {
      meters[index].level = min(meters[index].level, burst * meters[index].rate)
    }
  }

  mutating func correct(_ reserved: LimitedCost, _ used: LimitedCost) {
    for index in meters.indices {
      let meter = meters[index]
      meters[index].level += Double(meter.tokens(reserved) - meter.tokens(used))
    }
  }

  mutating func cancel(_ ticket: RateLimiter.Ticket) {
    interactive.removeAll { $0.ticket == ticket }
    backfill.removeAll { $0.ticket == ticket }
    if backfill.isEmpty { claim = 0 }
  }

  // MARK: What may go

  private func weight(_ cost: LimitedCost) -> Double {
    var weight = limits.requestsPerMinute.map { 1 / Double($0) } ?? 1e-12
    for meter in meters { weight = max(weight, Double(meter.tokens(cost)) / Double(meter.limit)) }
    return weight
  }

  var head: (waiter: Waiter, isBackfill: Bool)? {
    guard let later = backfill.first else { return interactive.first.map { ($0, false) } }
    guard let sooner = interactive.first, claim < weight(later.cost) else { return (later, true) }
    return (sooner, false)
  }

  /// The own turn that a call at a time would take, if it has been there for long enough.
  private func turn(at time: Int64, for reserve: Int64 = 0) -> Int64? {
    let start = max(lastTurn, time - Int64(burst))
    var turn = start / period
    while turn * period <= time - reserve {
      if turn * period > start, owned.contains(turn % partitions) { return turn * period }
      turn += 1
    }
    return nil
  }

  /// For how long turns and tokens must have been there before the head may take them: backfill alone leaves half of
  /// the burst.
  private var reserve: Double { head?.isBackfill == true && interactive.isEmpty ? burst / 2 : 0 }

  /// Whether the head may go at a time, now or later, when the limiter errs by so many tokens.
  func mayGo(_ cost: LimitedCost, at time: Int64, slack: Double) -> Bool {
    guard time >= pausedUntil, !owned.isEmpty else { return false }
    for meter in meters {
      if meter.rate == 0 { return false }
      let price = Double(meter.tokens(cost)) / meter.rate
      let left = min(reserve, max(burst - price, Double(longestGap)))
      let level = meter.level + (Double(max(time, pausedUntil) - accrued) - left) * meter.rate
      if level < Double(meter.tokens(cost)) - slack { return false }
    }
    return limits.requestsPerMinute == nil || turn(at: time, for: Int64(reserve)) != nil
  }

  /// Admits whom the limiter admitted.
  ///
  /// - Returns: What is wrong with it.
  mutating func admit(_ ticket: RateLimiter.Ticket) -> String? {
    guard let (waiter, isBackfill) = head else { return "admitted one, and nobody waits" }
    guard waiter.ticket == ticket else { return "admitted \(ticket) before \(waiter.ticket)" }
    guard mayGo(waiter.cost, at: now, slack: Self.slack) else { return "admitted one too early" }
    if limits.requestsPerMinute != nil, let turn = turn(at: now) { lastTurn = turn }
    for index in meters.indices {
      let meter = meters[index]
      let price = Double(meter.tokens(waiter.cost)) / meter.rate
      let most = max(burst, price + Double(longestGap)) * meter.rate
      meters[index].level = min(meter.level, most) - Double(meter.tokens(waiter.cost))
    }
    if isBackfill {
      backfill.removeFirst()
      claim = backfill.isEmpty ? 0 : max(0, claim - weight(waiter.cost))
    } else {
      interactive.removeFirst()
      let floor = limits.interactiveFloor
      if !backfill.isEmpty { claim += weight(waiter.cost) * (1 - floor) / floor }
    }
    return nil
  }

  private var longestGap: Int64 {
    guard limits.requestsPerMinute != nil else { return 0 }
    var longest: Int64 = 0
    var last: Int64?
    for turn in 0..<(2 * partitions) where owned.contains(turn % partitions) {
      if let last { longest = max(longest, turn - last) }
      last = turn
    }
    return longest * period
  }
}
