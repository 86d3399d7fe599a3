/// How many retries are allowed beside first calls, so that an outage is not amplified (Finagle's
/// `RetryBudget`).
///
/// In any window, retries ≤ ``Policy/share`` × first calls + ``Policy/reserve``. Attempts per request
/// alone do not bound that: with three attempts a dead gateway would see three times the calls.
public struct RetryBudget: Sendable, Hashable {
  public struct Policy: Sendable, Hashable {
    /// Retries allowed for each first call.
    public var share: Double
    /// Retries allowed in each window whatever the first calls, so that a seldom used client may
    /// retry at all. Of one worker alone; a fleet has one for each.
    public var reserve: Int
    /// Over how long both are counted.
    public var window: Duration

    public init(share: Double = 0.1, reserve: Int = 1, window: Duration = .seconds(10)) {
      self.share = share
      self.reserve = reserve
      self.window = window
    }
  }

  private static let spans = 10

  public let policy: Policy
  private var firstCalls: SlidingCount
  private var retries: SlidingCount

  public init(_ policy: Policy = Policy()) {
    self.policy = policy
    let span = policy.window / Self.spans
    firstCalls = SlidingCount(spans: Self.spans, of: span)
    // One span more: a retry forgotten too early would let in more than the bound.
    retries = SlidingCount(spans: Self.spans + 1, of: span)
  }

  /// Counts the first call of a request.
  public mutating func deposit(at now: ContinuousClock.Instant) { firstCalls.add(at: now) }

  /// Takes one retry out.
  ///
  /// - Returns: false when none is left, and then the retry must not be made.
  public mutating func withdraw(at now: ContinuousClock.Instant) -> Bool {
    guard balance(at: now) >= 1 else { return false }
    retries.add(at: now)
    return true
  }

  /// Retries left; below 0 when the first calls that paid for earlier ones have left the window.
  public mutating func balance(at now: ContinuousClock.Instant) -> Double {
    policy.share * Double(firstCalls.total(at: now)) + Double(policy.reserve)
      - Double(retries.total(at: now))
  }
}
