/// When a failed call is made again.
public struct RetryPolicy: Sendable, Hashable {
  /// Calls in all, the first included.
  public var maximumAttempts: Int
  /// The shortest backoff.
  public var baseDelay: Duration
  /// The longest backoff of our own making.
  public var maximumDelay: Duration
  /// A wait above this is left to the caller, who has a retry topic for it.
  public var longestWait: Duration
  /// What is added to every wait at random, as a share of it, so that clients told the same
  /// Retry-After do not wake together. Never subtracted.
  public var jitter: Double
  /// The least that a call takes; a retry with less than this left before the deadline is skipped.
  public var shortestCall: Duration

  public init(
    maximumAttempts: Int = 3, baseDelay: Duration = .milliseconds(500),
    maximumDelay: Duration = .seconds(8), longestWait: Duration = .seconds(10),
    jitter: Double = 0.2, shortestCall: Duration = .milliseconds(300)
  ) {
    self.maximumAttempts = maximumAttempts
    self.baseDelay = baseDelay
    self.maximumDelay = maximumDelay
    self.longestWait = longestWait
    self.jitter = jitter
    self.shortestCall = shortestCall
  }
}

/// The retries of one request: counts calls and decides, after each failure, what comes next.
///
/// The delay is max(Retry-After, decorrelated jitter min(cap, U(base, 3 x previous))), plus jitter.
struct RetryState: Sendable, Hashable {
  /// What follows a failure.
  enum Decision: Sendable, Hashable {
    case retry(after: Duration)
    case stop(Reason)
  }

  enum Reason: Sendable, Hashable {
    case notRetryable, attemptsUsedUp, waitTooLong, deadlineTooNear
  }

  let policy: RetryPolicy
  /// Calls begun.
  private(set) var attempts = 0
  private var previous: Duration

  init(_ policy: RetryPolicy) {
    self.policy = policy
    previous = policy.baseDelay
  }

  mutating func beginAttempt() { attempts += 1 }

  /// Decides after a failed call.
  ///
  /// - Parameters:
  ///   - retryAfter: What the gateway asked for.
  ///   - remaining: Time left before the deadline; nil without one.
  mutating func decide(
    isRetryable: Bool, retryAfter: Duration?, remaining: Duration?,
    using generator: inout some RandomNumberGenerator
  ) -> Decision {
    guard isRetryable else { return .stop(.notRetryable) }
    guard attempts < policy.maximumAttempts else { return .stop(.attemptsUsedUp) }
    let spread = (previous * 3 - policy.baseDelay) * Double.random(in: 0..<1, using: &generator)
    let backoff = min(policy.maximumDelay, policy.baseDelay + spread)
    previous = backoff
    let wait = max(backoff, retryAfter ?? .zero)
    guard wait <= policy.longestWait else { return .stop(.waitTooLong) }
    let delay = wait + wait * policy.jitter * Double.random(in: 0..<1, using: &generator)
    if let remaining, delay + policy.shortestCall > remaining { return .stop(.deadlineTooNear) }
    return .retry(after: delay)
  }
}
