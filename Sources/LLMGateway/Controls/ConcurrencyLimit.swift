/// How many calls of a deployment may be in flight at once, found by additive increase and
/// multiplicative decrease (AIMD).
///
/// It follows lost calls only: long answers are no queueing, so latency says nothing here. It depends
/// on the order of events alone and reads no clock.
public struct ConcurrencyLimit: Sendable, Hashable {
  /// The right to one call; give it to ``end(_:_:)`` however the call ended.
  public struct Permit: Sendable, Hashable {
    fileprivate let number: UInt64
  }

  /// What a call says about the room at the gateway.
  public enum Outcome: Sendable, Hashable {
    case ok
    /// A timeout, 503, 529 or a 429 for capacity that all share.
    case congested
    /// Nothing: cancelled, or failed for another reason.
    case neutral
  }

  /// The configured most.
  public let bound: Int
  /// Calls allowed at once, 1 to ``bound``.
  public private(set) var limit: Int
  /// The calls themselves and no counter, so that a permit ended twice frees one place.
  private var calls: Set<UInt64> = []
  private var next: UInt64 = 0
  /// Calls before this one began before the last decrease: they saw the load it answered.
  private var firstSinceDecrease: UInt64 = 0
  /// Of the window, which ends with as many successes as the limit.
  private var successes = 0
  /// The most in flight as a call of the window began.
  private var peak = 0
  private var doubles = false

  /// Starts at the bound.
  public init(bound: Int) {
    precondition(bound > 0, "a bound of \(bound) lets no call through")
    self.bound = bound
    limit = bound
  }

  public var inFlight: Int { calls.count }

  /// How many calls may be let in now: the head of the caller's queue, in arrival order.
  public var room: Int { max(0, limit - inFlight) }

  /// - Returns: nil when there is no room.
  public mutating func tryBegin() -> Permit? {
    guard room > 0 else { return nil }
    let permit = Permit(number: next)
    calls.insert(next)
    next += 1
    peak = max(peak, inFlight)
    return permit
  }

  /// Frees the place and moves the limit; a permit that has ended already changes nothing.
  public mutating func end(_ permit: Permit, _ outcome: Outcome) {
    guard calls.remove(permit.number) != nil, permit.number >= firstSinceDecrease else { return }
    switch outcome {
    case .ok: grow()
    case .congested: decrease(to: max(1, limit * 9 / 10))
    case .neutral: break
    }
  }

  /// Begins anew with few calls and doubles each round trip until the bound or the next congestion.
  ///
  /// For a circuit that has just closed: a gateway that comes up must not meet all who waited.
  public mutating func restart() {
    decrease(to: min(bound, 2))
    doubles = true
  }

  /// One more for each window of successes, or for each success while doubling, if at least half of
  /// the limit was used: what was not used has not been shown to hold.
  private mutating func grow() {
    successes += 1
    guard doubles || successes >= limit else { return }
    if peak * 2 >= limit { limit = min(bound, limit + 1) }
    if limit == bound { doubles = false }
    if !doubles { beginWindow() }
  }

  /// To a whole number, so that each decrease takes at least one away.
  private mutating func decrease(to limit: Int) {
    self.limit = limit
    doubles = false
    firstSinceDecrease = next
    beginWindow()
  }

  private mutating func beginWindow() {
    successes = 0
    peak = 0
  }
}

extension ConcurrencyLimit.Outcome {
  public init(_ error: GatewayError) {
    self =
      switch error.kind {
      case .timeout, .overloaded, .rateLimited(.sharedCapacity): .congested
      default: .neutral
      }
  }
}
