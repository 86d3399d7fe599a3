/// Stops calls to a deployment that fails, and lets one probe at a time find out when it is back.
///
/// A value without a clock or a random source: both are given to each event. The caller begins here
/// last, just before it sends, as a probe's place is held from ``begin(at:)`` to
/// ``end(_:_:at:jitter:)``.
public struct CircuitBreaker: Sendable, Hashable {
  /// Why it is open.
  public enum Reason: String, Sendable, Hashable {
    /// The deployment does not answer, or only with failures of its own.
    case outage
    /// The provider's quota or the gateway's budget is spent.
    case quota
  }

  public enum State: Sendable, Hashable {
    case closed
    case open(until: ContinuousClock.Instant, Reason)
    /// A probe is due or out.
    case halfOpen(Reason)
  }

  /// The right to one call; give it to ``end(_:_:at:jitter:)`` however the call ended.
  public struct Ticket: Sendable, Hashable {
    fileprivate let number: UInt64
    public let isProbe: Bool
  }

  public enum Decision: Sendable, Hashable {
    case go(Ticket)
    /// Nothing may be sent; ask again then. While a probe is out its end may come sooner.
    case wait(until: ContinuousClock.Instant)
  }

  /// What a call says about the deployment.
  public enum Outcome: Sendable, Hashable {
    /// A reply, or a refusal of this request alone: the deployment works.
    case answered
    /// Unreachable, timed out, overloaded or failed; with what the server asks to wait.
    case failed(retryAfter: Duration?)
    case quotaSpent(retryAfter: Duration?)
    /// Nothing: cancelled, rate limited, or a reply that cannot be read.
    case neutral
  }

  /// What an end did.
  public enum Change: Sendable, Hashable {
    case none
    case opened(until: ContinuousClock.Instant, Reason)
    case closed
  }

  private enum Phase: Hashable {
    case closed
    case open(until: ContinuousClock.Instant, Reason, probe: UInt64?)
  }

  public let policy: Policy
  private var phase = Phase.closed
  private var next: UInt64 = 0
  /// Tickets before this one are of an earlier phase. What they tell is old: it must neither close
  /// the circuit nor keep it open for longer.
  private var firstOfPhase: UInt64 = 0
  private var streak = Streak()
  private var calls: SlidingCount
  private var failures: SlidingCount
  /// The latest time that failures since the last answer asked to wait for.
  private var asked: ContinuousClock.Instant?
  private var cooldown: Duration

  public init(_ policy: Policy = Policy()) {
    self.policy = policy
    cooldown = policy.cooldown
    calls = SlidingCount(spans: 10, of: policy.window / 10)
    failures = calls
  }

  public func state(at now: ContinuousClock.Instant) -> State {
    switch phase {
    case .closed: .closed
    case .open(let until, let reason, _) where now < until: .open(until: until, reason)
    case .open(_, let reason, _): .halfOpen(reason)
    }
  }

  /// When a call may be let through; nil when one would be now. Takes no place.
  public func wait(at now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
    guard case .open(let until, _, let probe) = phase else { return nil }
    if now < until { return until }
    return probe == nil ? nil : now + cooldown
  }

  /// Lets a call through, as a probe when one is due, or says when to ask again.
  public mutating func begin(at now: ContinuousClock.Instant) -> Decision {
    if let until = wait(at: now) { return .wait(until: until) }
    let number = next
    next += 1
    guard case .open(let until, let reason, _) = phase else {
      return .go(Ticket(number: number, isProbe: false))
    }
    phase = .open(until: until, reason, probe: number)
    return .go(Ticket(number: number, isProbe: true))
  }

  /// Takes the outcome of a call; a ticket that has ended, or is of an earlier phase, changes nothing.
  ///
  /// - Parameter jitter: Drawn evenly from 0 to 1.
  @discardableResult
  public mutating func end(
    _ ticket: Ticket, _ outcome: Outcome, at now: ContinuousClock.Instant, jitter: Double
  ) -> Change {
    guard ticket.number >= firstOfPhase else { return .none }
    switch phase {
    case .closed: return count(ticket, outcome, at: now, jitter: jitter)
    case .open(let until, let reason, let probe):
      guard probe == ticket.number else { return .none }
      switch outcome {
      case .answered: return close()
      case .failed(let retryAfter):
        ask(retryAfter, at: now)
        cooldown = min(policy.longestCooldown, cooldown * policy.growth)
        return open(.outage, at: now, jitter: jitter)
      case .quotaSpent(let retryAfter):
        ask(retryAfter, at: now)
        return open(.quota, at: now, jitter: jitter)
      case .neutral:
        phase = .open(until: until, reason, probe: nil)
        return .none
      }
    }
  }

  private mutating func count(
    _ ticket: Ticket, _ outcome: Outcome, at now: ContinuousClock.Instant, jitter: Double
  ) -> Change {
    switch outcome {
    case .answered:
      note(failures: 0, at: now)
      asked = nil
    case .failed(let retryAfter):
      note(failures: 1, at: now)
      streak.add(ticket.number, didFail: true, of: next)
      ask(retryAfter, at: now)
      if isTripped(by: ticket, at: now) { return open(.outage, at: now, jitter: jitter) }
    case .quotaSpent(let retryAfter):
      ask(retryAfter, at: now)
      return open(.quota, at: now, jitter: jitter)
    case .neutral: streak.add(ticket.number, didFail: false, of: next)
    }
    return .none
  }

  private mutating func note(failures count: Int, at now: ContinuousClock.Instant) {
    calls.add(at: now)
    failures.add(count, at: now)
  }

  private mutating func isTripped(
    by ticket: Ticket, at now: ContinuousClock.Instant
  ) -> Bool {
    if streak.failures(around: ticket.number) >= policy.consecutiveFailures { return true }
    let made = calls.total(at: now)
    return made >= policy.minimumCalls
      && Double(failures.total(at: now)) >= policy.failureShare * Double(made)
  }

  private mutating func ask(_ retryAfter: Duration?, at now: ContinuousClock.Instant) {
    guard let retryAfter else { return }
    asked = max(asked ?? now, now + retryAfter)
  }

  private mutating func open(
    _ reason: Reason, at now: ContinuousClock.Instant, jitter: Double
  ) -> Change {
    let length = reason == .quota ? policy.quotaCooldown : cooldown
    let own = now + length * (1 + policy.jitter * min(max(jitter, 0), 1))
    let until = max(own, asked ?? own)
    phase = .open(until: until, reason, probe: nil)
    forget()
    return .opened(until: until, reason)
  }

  private mutating func close() -> Change {
    phase = .closed
    cooldown = policy.cooldown
    forget()
    return .closed
  }

  /// A phase begins without memory of the one before.
  private mutating func forget() {
    firstOfPhase = next
    streak = Streak()
    asked = nil
    calls.removeAll()
    failures.removeAll()
  }
}

/// Failures of calls that were begun one after another.
///
/// The order of their ends would hide an outage: calls that were begun before it go on to be answered between the
/// failures of those begun since. A call that has not ended separates those around it, as an answered one does; one
/// that says nothing does not.
private struct Streak: Hashable {
  /// Whether a call failed or said nothing, by its number, of the last calls begun.
  private var ended: [UInt64: Bool] = [:]
  private static let longest: UInt64 = 256

  mutating func add(_ number: UInt64, didFail: Bool, of next: UInt64) {
    ended[number] = didFail
    if ended.count > 2 * Self.longest {
      ended = ended.filter { $0.key + Self.longest >= next }
    }
  }

  func failures(around number: UInt64) -> Int {
    var failures = 0
    var place = number
    while let didFail = ended[place] {
      if didFail { failures += 1 }
      guard place > 0 else { break }
      place -= 1
    }
    place = number + 1
    while let didFail = ended[place] {
      if didFail { failures += 1 }
      place += 1
    }
    return failures
  }
}
