/// One limit a minute, of requests or of tokens, and how much of it is taken.
///
/// A value without a clock of its own: times are since the simulator's start, and what a window
/// tells holds for the time it was last advanced to.
protocol RateWindow: Sendable {
  /// What may be taken a minute; at least 1.
  var limit: Int { get set }
  /// What may be taken at this moment.
  var remaining: Int { get }
  /// How long until nothing counts as taken.
  var reset: Duration { get }

  /// Lets time pass; an earlier time changes nothing.
  mutating func advance(to now: Duration)

  /// How long until `amount` may be taken if nobody else takes any: zero when it may be now, nil
  /// when it is more than ever may be.
  func wait(for amount: Int) -> Duration?

  /// Takes `amount`, allowed or not.
  mutating func take(_ amount: Int)
}

extension GatewayBehavior.Window {
  /// A window of this kind, empty at `now`.
  ///
  /// - Parameter capacity: what a full bucket holds, `limit` when nil; the others have none.
  func empty(limit: Int, capacity: Int?, at now: Duration) -> any RateWindow {
    switch self {
    case .sliding: SlidingWindow(limit: limit, at: now)
    case .fixed: FixedWindow(limit: limit, at: now)
    case .bucket: TokenBucket(limit: limit, capacity: capacity, at: now)
    }
  }
}

/// The current second and the 59 before it.
struct SlidingWindow: RateWindow {
  static let quanta = 60

  var limit: Int
  private var now: Duration
  private var second: Int
  // What was taken in each of the last 60 seconds; second s stands at s modulo 60.
  private var taken = [Int](repeating: 0, count: quanta)
  private var used = 0

  init(limit: Int, at now: Duration) {
    self.limit = limit
    self.now = now
    second = now.wholeSeconds
  }

  var remaining: Int { max(0, limit - used) }

  var reset: Duration {
    let newest = (0..<Self.quanta).first { taken[place(second - $0)] > 0 }
    return newest.map { expiry(of: second - $0) } ?? .zero
  }

  mutating func advance(to now: Duration) {
    guard now > self.now else { return }
    self.now = now
    let passed = now.wholeSeconds - second
    for step in 0..<min(passed, Self.quanta) {
      let expired = place(second + 1 + step)
      used -= taken[expired]
      taken[expired] = 0
    }
    second += passed
  }

  func wait(for amount: Int) -> Duration? {
    guard amount <= limit else { return nil }
    var excess = used + amount - limit
    guard excess > 0 else { return .zero }
    for age in (0..<Self.quanta).reversed() {
      excess -= taken[place(second - age)]
      if excess <= 0 { return expiry(of: second - age) }
    }
    return nil
  }

  mutating func take(_ amount: Int) {
    taken[place(second)] += amount
    used += amount
  }

  private func place(_ second: Int) -> Int {
    let rest = second % Self.quanta
    return rest < 0 ? rest + Self.quanta : rest
  }

  private func expiry(of second: Int) -> Duration { .seconds(second + Self.quanta) - now }
}

/// Whole minutes, counted from the simulator's start.
struct FixedWindow: RateWindow {
  var limit: Int
  private var now: Duration
  private var used = 0

  init(limit: Int, at now: Duration) {
    self.limit = limit
    self.now = now
  }

  var remaining: Int { max(0, limit - used) }
  var reset: Duration { used == 0 ? .zero : end - now }

  private var minute: Int { now.wholeSeconds / 60 }
  private var end: Duration { .seconds((minute + 1) * 60) }

  mutating func advance(to now: Duration) {
    guard now > self.now else { return }
    if now >= end { used = 0 }
    self.now = now
  }

  func wait(for amount: Int) -> Duration? {
    guard amount <= limit else { return nil }
    return used + amount <= limit ? .zero : end - now
  }

  mutating func take(_ amount: Int) { used += amount }
}

/// A bucket that is full at first and refilled continuously.
struct TokenBucket: RateWindow {
  // Credit is counted in parts so small that a nanosecond refills a whole number of them: rounding
  // would admit a request an instant before or after the wait it was told.
  private static let unit: Int128 = 60_000_000_000

  var limit: Int {
    didSet { credit = min(credit, full) }
  }
  private let ownCapacity: Int?
  private var now: Duration
  private var credit: Int128 = 0

  init(limit: Int, capacity: Int?, at now: Duration) {
    self.limit = limit
    ownCapacity = capacity
    self.now = now
    credit = full
  }

  var remaining: Int { Int(max(0, credit / Self.unit)) }
  var reset: Duration { refill(full - credit) }

  private var capacity: Int { ownCapacity ?? limit }
  private var full: Int128 { Int128(capacity) * Self.unit }

  mutating func advance(to now: Duration) {
    guard now > self.now else { return }
    credit = min(full, credit + Int128((now - self.now).wholeNanoseconds) * Int128(limit))
    self.now = now
  }

  func wait(for amount: Int) -> Duration? {
    guard amount <= capacity else { return nil }
    return refill(Int128(amount) * Self.unit - credit)
  }

  /// Takes into debt where it must, but no deeper than a full bucket.
  mutating func take(_ amount: Int) {
    credit = max(-full, credit - Int128(amount) * Self.unit)
  }

  private func refill(_ missing: Int128) -> Duration {
    guard missing > 0 else { return .zero }
    return .nanoseconds(Int64((missing + Int128(limit) - 1) / Int128(limit)))
  }
}

extension Duration {
  /// Complete seconds; not for negative durations.
  var wholeSeconds: Int { Int(components.seconds) }
  /// Complete nanoseconds, good for 292 years.
  var wholeNanoseconds: Int64 {
    components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000
  }
  /// Seconds with their fraction.
  var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
