import Foundation
import Synchronization

/// Who may call a deployment now: its limits, the calls it bears at once and its breaker, and those who wait in turn.
///
/// Values behind one lock make all decisions; this only carries time and continuations.
final class CallGate: Sendable {
  /// A call that may be made; goes back through ``end(_:_:)`` exactly once.
  struct Pass: Sendable {
    fileprivate let ticket: CircuitBreaker.Ticket
    fileprivate let permit: ConcurrencyLimit.Permit
    fileprivate let reserved: LimitedCost
  }

  /// Why a call may not be made.
  struct Refusal: Error {
    let kind: GatewayError.Kind
    let message: String
    var after: Duration?
  }

  typealias Verdict = Result<Pass, Refusal>

  private struct Waiter {
    let continuation: CheckedContinuation<Verdict, Never>
    let cost: LimitedCost
    let owner: CallOwner?
  }

  /// Where a call stands in the queue, for those who may end its wait.
  private final class Place: Sendable {
    let ticket = Mutex<RateLimiter.Ticket?>(nil)
  }

  private struct Contents {
    var limiter: RateLimiter
    var concurrency: ConcurrencyLimit
    var breaker: CircuitBreaker
    // Ten: a worker that calls seldom may still repeat a call; in an outage the breaker stops all of them sooner.
    var retries = RetryBudget(.init(reserve: 10))
    var outputs = OutputEstimate()
    var waiting: [RateLimiter.Ticket: Waiter] = [:]
    /// When the queue is looked at next, by a task that sleeps until then.
    var alarm: (at: WallTime, task: Task<Void, Never>)?
  }

  private typealias Settled = [(CheckedContinuation<Verdict, Never>, Verdict)]

  private let contents: Mutex<Contents>

  init(_ limits: DeploymentLimits, share: LimitShare, atOnce: Int) {
    contents = Mutex(
      Contents(
        limiter: RateLimiter(limits, share: share, at: .now),
        concurrency: ConcurrencyLimit(bound: atOnce),
        // A recovery is seen within 2 s, jitter and a short call included.
        breaker: CircuitBreaker(.init(longestCooldown: .milliseconds(1_200)))))
  }

  deinit { contents.withLock { $0.alarm?.task.cancel() } }

  // MARK: Share

  /// Takes another share of the limits; who waits for a partition that is gone is sent away.
  func setShare(_ share: LimitShare) {
    change { contents in
      contents.limiter.setShare(share, at: .now)
      guard case .partitions(let owned, _) = share else { return [] }
      let gone = contents.waiting.filter { _, waiter in
        waiter.owner.map { !owned.contains($0.partition) } ?? false
      }
      let refusal = Refusal(kind: .cancelled, message: "its partition is being given up")
      return Self.dismiss(Array(gone.keys), refusal, &contents)
    }
  }

  // MARK: Calls

  /// How long until a call may be tried; nil when one may be now.
  func closedFor() -> Duration? {
    contents.withLock { $0.breaker.wait(at: .now).map { $0 - .now } }
  }

  /// Output tokens that a call of a class is expected to have.
  func expectedOutput(of outputClass: String, atMost most: Int) -> Int {
    contents.withLock { $0.outputs.tokens(for: outputClass, maxTokens: most) }
  }

  /// Waits in turn until a call may be made.
  ///
  /// - Throws: ``Refusal``.
  func enter(
    _ cost: LimitedCost, lane: CallLane, owner: CallOwner?, deadline: ContinuousClock.Instant?
  ) async throws(Refusal) -> Pass {
    if let closed = closedFor() { throw Self.circuitOpen(closed) }
    let place = Place()
    let timer = deadline.map { deadline in
      Task {
        try await Task.sleep(until: deadline, clock: .continuous)
        self.dismiss(
          place.ticket.withLock { $0 },
          Refusal(kind: .deadlineExceeded, message: "the deadline passed while it waited its turn"))
      }
    }
    defer { timer?.cancel() }
    let verdict: Verdict = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        change { contents in
          let ticket = contents.limiter.enqueue(cost, lane: lane, at: .now)
          contents.waiting[ticket] = Waiter(continuation: continuation, cost: cost, owner: owner)
          place.ticket.withLock { $0 = ticket }
          guard Task.isCancelled else { return [] }
          return Self.dismiss([ticket], Self.cancelled, &contents)
        }
      }
    } onCancel: {
      // Cancelled before it stood in the queue: it looks itself.
      self.dismiss(place.ticket.withLock { $0 }, Self.cancelled)
    }
    return try verdict.get()
  }

  /// Gives a pass back with what came of its call, and what that says to each control.
  func end(_ pass: Pass, _ result: Result<TokenUsage?, GatewayError>, outputClass: String) {
    change { contents in
      let now = ContinuousClock.now
      let outcome: CircuitBreaker.Outcome
      switch result {
      case .success(let usage):
        outcome = .answered
        contents.concurrency.end(pass.permit, .ok)
        contents.limiter.correct(
          pass.reserved, used: usage.map { LimitedCost(input: $0.input, output: $0.output) })
        if let usage { contents.outputs.observe(usage.output, for: outputClass) }
      case .failure(let error):
        outcome = CircuitBreaker.Outcome(error)
        contents.concurrency.end(pass.permit, ConcurrencyLimit.Outcome(error))
        contents.limiter.correct(
          pass.reserved, used: error.staysCharged ? nil : LimitedCost.none)
        if case .rateLimited(let cause) = error.kind, cause != .sharedCapacity {
          contents.limiter.refused(retryAfter: error.retryAfter, at: .now)
        }
      }
      let change = contents.breaker.end(
        pass.ticket, outcome, at: now, jitter: .random(in: 0...1))
      switch change {
      case .opened(let until, let reason):
        let refusal = Self.circuitOpen(until - now, isQuota: reason == .quota)
        return Self.dismiss(Array(contents.waiting.keys), refusal, &contents)
      case .closed: contents.concurrency.restart()
      case .none: break
      }
      return []
    }
  }

  /// Gives a pass back whose call was not made.
  func giveBack(_ pass: Pass) {
    change { contents in
      contents.concurrency.end(pass.permit, .neutral)
      contents.limiter.correct(pass.reserved, used: LimitedCost.none)
      _ = contents.breaker.end(pass.ticket, .neutral, at: .now, jitter: 0)
      return []
    }
  }

  /// Takes the limits that the response to a call names.
  func observe(_ limits: RateLimits, sentAt: WallTime) {
    change { contents in
      contents.limiter.observeLimits(
        requests: limits.requests.limit, tokens: limits.tokens.limit, sentAt: sentAt, at: .now)
      contents.limiter.observeRemaining(
        requests: limits.requests.remaining, tokens: limits.tokens.remaining, at: .now)
      return []
    }
  }

  // MARK: Retries

  /// Counts the first call of a request.
  func countFirstCall() { contents.withLock { $0.retries.deposit(at: .now) } }

  /// Whether a failed call may be made again without amplifying an outage.
  func mayRetry() -> Bool { contents.withLock { $0.retries.withdraw(at: .now) } }

  // MARK: State

  /// Figures of the controls, for metrics.
  var state: CallGateState {
    contents.withLock { contents in
      CallGateState(
        waiting: contents.waiting.count, inFlight: contents.concurrency.inFlight,
        concurrencyLimit: contents.concurrency.limit,
        closedFor: contents.breaker.wait(at: .now).map { $0 - .now },
        limits: contents.limiter.figures(at: .now))
    }
  }

  // MARK: The queue

  /// Applies a change, lets in whoever may go after it, and resumes them outside the lock.
  private func change(_ body: (inout sending Contents) -> Settled) {
    let settled = contents.withLock { contents in
      body(&contents) + admit(&contents)
    }
    for (continuation, verdict) in settled { continuation.resume(returning: verdict) }
  }

  private func admit(_ contents: inout Contents) -> Settled {
    var settled: Settled = []
    var next: WallTime?
    while contents.concurrency.room > 0, !contents.waiting.isEmpty {
      let turn = contents.limiter.advance(to: .now, atMost: contents.concurrency.room)
      next = turn.next
      guard !turn.admitted.isEmpty else { break }
      for ticket in turn.admitted {
        guard let waiter = contents.waiting.removeValue(forKey: ticket) else { continue }
        settled.append((waiter.continuation, Self.verdict(waiter, &contents)))
      }
    }
    setAlarm(at: contents.waiting.isEmpty ? nil : next, &contents)
    return settled
  }

  private static func verdict(_ waiter: Waiter, _ contents: inout Contents) -> Verdict {
    let now = ContinuousClock.now
    switch contents.breaker.begin(at: now) {
    case .go(let ticket):
      guard let permit = contents.concurrency.tryBegin() else { break }
      return .success(Pass(ticket: ticket, permit: permit, reserved: waiter.cost))
    case .wait(let until):
      contents.limiter.correct(waiter.cost, used: LimitedCost.none)
      return .failure(circuitOpen(until - now))
    }
    preconditionFailure("more were let in than there was room for")
  }

  /// Wakes up when the first in the queue may go.
  private func setAlarm(at time: WallTime?, _ contents: inout Contents) {
    if let alarm = contents.alarm {
      if let time, alarm.at <= time, alarm.at > .now { return }
      alarm.task.cancel()
      contents.alarm = nil
    }
    guard let time else { return }
    let task = Task { [weak self] in
      do { try await Task.sleep(for: max(.zero, time - .now)) } catch { return }
      self?.change { contents in
        contents.alarm = nil
        return []
      }
    }
    contents.alarm = (time, task)
  }

  private func dismiss(_ ticket: RateLimiter.Ticket?, _ refusal: Refusal) {
    guard let ticket else { return }
    change { Self.dismiss([ticket], refusal, &$0) }
  }

  private static func dismiss(
    _ tickets: [RateLimiter.Ticket], _ refusal: Refusal, _ contents: inout Contents
  ) -> Settled {
    tickets.compactMap { ticket in
      guard let waiter = contents.waiting.removeValue(forKey: ticket) else { return nil }
      contents.limiter.cancel(ticket)
      return (waiter.continuation, .failure(refusal))
    }
  }

  private static let cancelled = Refusal(
    kind: .cancelled, message: "the task was cancelled while it waited its turn")

  private static func circuitOpen(_ wait: Duration, isQuota: Bool = false) -> Refusal {
    Refusal(
      kind: .circuitOpen,
      message: isQuota
        ? "its quota or the gateway's budget is spent" : "it does not answer; probes look for it",
      after: max(wait, .milliseconds(1)))
  }
}

/// What a deployment's controls are doing, for metrics and reports.
public struct CallGateState: Sendable, Hashable {
  /// Calls that wait for their turn.
  public let waiting: Int
  public let inFlight: Int
  /// Calls that the deployment is believed to bear at once.
  public let concurrencyLimit: Int
  /// How long until a call may be tried; nil while the circuit lets calls through.
  public let closedFor: Duration?
  public let limits: RateLimiter.Figures

  /// Whether the circuit lets nothing through.
  public var isOpen: Bool { closedFor != nil }
}
