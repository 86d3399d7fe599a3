/// Which tries may begin while a shared cause, such as a gateway that is down, fails all of them.
///
/// A try that is held closes the gate. From then on single probes go through, less and less often; each that gets
/// through lets twice as many follow, until the gate is open. What waits meanwhile costs nothing.
public struct HoldGate: Sendable {
  /// Stands for a try that began.
  public struct Ticket: Sendable {
    fileprivate let closing: Int
    fileprivate let isProbe: Bool
  }

  public enum Answer: Sendable {
    case go(Ticket)
    /// Ask again then.
    case wait(until: ContinuousClock.Instant)
  }

  /// How a try ended.
  public enum End: Sendable {
    /// Whatever came of it, the shared cause did not fail it.
    case through
    /// By the shared cause, which may say how long it will last.
    case held(after: Duration?)
  }

  private let backoff: ClosedRange<Duration>

  /// Probes at a time; nil when the gate is open.
  private var limit: Int?
  private var closing = 0
  private var probes = 0
  private var wait: Duration
  private var nextProbe: ContinuousClock.Instant?

  /// The gate opens when so many probes at a time got through.
  private static let enough = 64

  /// - Parameter backoff: the wait before the first probe and the longest between two.
  public init(backoff: ClosedRange<Duration>) {
    self.backoff = backoff
    wait = backoff.lowerBound
  }

  public var isOpen: Bool { limit == nil }

  public mutating func begin(at now: ContinuousClock.Instant) -> Answer {
    guard let limit else { return .go(Ticket(closing: closing, isProbe: false)) }
    if let nextProbe, now < nextProbe { return .wait(until: nextProbe) }
    guard probes < limit else { return .wait(until: now + backoff.lowerBound) }
    probes += 1
    return .go(Ticket(closing: closing, isProbe: true))
  }

  /// - Parameter jitter: 0 to 1; so that workers which were held together do not probe together.
  public mutating func end(
    _ ticket: Ticket, _ end: End, at now: ContinuousClock.Instant, jitter: Double
  ) {
    let isProbe = ticket.isProbe && ticket.closing == closing
    if isProbe { probes -= 1 }
    switch end {
    case .through:
      // What began before it closed says nothing of now.
      guard isProbe, let limit else { return }
      self.limit = limit < Self.enough ? limit * 2 : nil
      wait = backoff.lowerBound
    case .held(let after):
      if limit == nil, ticket.closing == closing {
        closing += 1
        probes = 0
        wait = backoff.lowerBound
      } else if isProbe {
        wait = min(wait * 2, backoff.upperBound)
      } else {
        return
      }
      limit = 1
      // A cause that says how long it lasts paces itself; one that does not is asked less and less often.
      let pace = after == nil ? wait : backoff.lowerBound
      nextProbe = now + max(after ?? .zero, pace * (0.5 + jitter / 2))
    }
  }
}
