import Testing

@testable import LLMGateway

/// A generator that always gives the same bits: 0 for the least of any range, all ones for the most.
private struct Constant: RandomNumberGenerator {
  let bits: UInt64
  func next() -> UInt64 { bits }
}

@Suite("Retry policy")
struct RetryPolicyTests {
  private func decide(
    _ state: inout RetryState, bits: UInt64 = 0, isRetryable: Bool = true,
    retryAfter: Duration? = nil, remaining: Duration? = nil
  ) -> RetryState.Decision {
    var generator = Constant(bits: bits)
    state.beginAttempt()
    return state.decide(
      isRetryable: isRetryable, retryAfter: retryAfter, remaining: remaining, using: &generator)
  }

  @Test("three calls are made at most")
  func attempts() {
    var state = RetryState(RetryPolicy())
    #expect(decide(&state) == .retry(after: .milliseconds(500)))
    #expect(decide(&state) == .retry(after: .milliseconds(500)))
    #expect(decide(&state) == .stop(.attemptsUsedUp))
    #expect(state.attempts == 3)
  }

  @Test("what cannot succeed is not called again")
  func notRetryable() {
    var state = RetryState(RetryPolicy())
    #expect(decide(&state, isRetryable: false) == .stop(.notRetryable))
  }

  @Test("backoff triples at most, up to the cap, and jitter is only added")
  func growth() throws {
    var state = RetryState(RetryPolicy(maximumAttempts: 9))
    var delays: [Double] = []
    for _ in 0..<4 {
      guard case .retry(let delay) = decide(&state, bits: .max) else {
        Issue.record("stopped")
        return
      }
      delays.append(delay / .seconds(1))
    }
    for (delay, expected) in zip(delays, [1.5, 4.5, 8, 8]) {
      #expect(abs(delay - expected * 1.2) < 0.001)
    }
  }

  @Test("any draw lies between the base and the cap with jitter")
  func range() {
    var generator = SystemRandomNumberGenerator()
    var state = RetryState(RetryPolicy(maximumAttempts: .max))
    for _ in 0..<10_000 {
      state.beginAttempt()
      let decision = state.decide(
        isRetryable: true, retryAfter: nil, remaining: nil, using: &generator)
      guard case .retry(let delay) = decision else {
        Issue.record("stopped")
        return
      }
      #expect(delay >= .milliseconds(500) && delay <= .milliseconds(9600))
    }
  }

  @Test("a longer Retry-After wins, a shorter one does not")
  func retryAfter() {
    var state = RetryState(RetryPolicy())
    #expect(decide(&state, retryAfter: .seconds(4)) == .retry(after: .seconds(4)))
    #expect(decide(&state, retryAfter: .milliseconds(1)) == .retry(after: .milliseconds(500)))
  }

  @Test("a wait above ten seconds is left to the caller")
  func longWait() {
    var state = RetryState(RetryPolicy())
    #expect(decide(&state, retryAfter: .seconds(10)) == .retry(after: .seconds(10)))
    #expect(decide(&state, retryAfter: .milliseconds(10_001)) == .stop(.waitTooLong))
  }

  @Test("a retry that cannot finish before the deadline is skipped")
  func deadline() {
    var state = RetryState(RetryPolicy())
    #expect(decide(&state, remaining: .milliseconds(800)) == .retry(after: .milliseconds(500)))
    #expect(decide(&state, remaining: .milliseconds(799)) == .stop(.deadlineTooNear))
  }
}
