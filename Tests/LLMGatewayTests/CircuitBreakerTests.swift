import Testing

@testable import LLMGateway

@Suite("Circuit breaker")
struct CircuitBreakerTests {
  private let start = ContinuousClock.now
  private static let failed = CircuitBreaker.Outcome.failed(retryAfter: nil)

  private func ticket(_ breaker: inout CircuitBreaker, at now: ContinuousClock.Instant) throws
    -> CircuitBreaker.Ticket
  {
    guard case .go(let ticket) = breaker.begin(at: now) else {
      throw GatewayError(kind: .circuitOpen, deployment: "main", message: "no ticket")
    }
    return ticket
  }

  /// One call that begins and ends at once.
  @discardableResult
  private func call(
    _ breaker: inout CircuitBreaker, _ outcome: CircuitBreaker.Outcome,
    at now: ContinuousClock.Instant, jitter: Double = 0
  ) throws -> CircuitBreaker.Change {
    let ticket = try ticket(&breaker, at: now)
    return breaker.end(ticket, outcome, at: now, jitter: jitter)
  }

  /// A breaker that five failures opened at the start, for half a second.
  private func opened() throws -> CircuitBreaker {
    var breaker = CircuitBreaker()
    for _ in 0..<4 { #expect(try call(&breaker, Self.failed, at: start) == .none) }
    #expect(
      try call(&breaker, Self.failed, at: start)
        == .opened(until: start + .milliseconds(500), .outage))
    return breaker
  }

  @Test("five failures one after another open it; an answer between them starts the count anew")
  func consecutive() throws {
    var breaker = CircuitBreaker()
    for _ in 0..<3 {
      for _ in 0..<6 { try call(&breaker, .answered, at: start) }
      for _ in 0..<4 { try call(&breaker, Self.failed, at: start) }
      #expect(breaker.state(at: start) == .closed)
    }
    breaker = try opened()
    #expect(breaker.begin(at: start) == .wait(until: start + .milliseconds(500)))
    #expect(breaker.state(at: start) == .open(until: start + .milliseconds(500), .outage))
  }

  @Test("answers to calls begun before an outage do not hide it")
  func overlapping() throws {
    var breaker = CircuitBreaker()
    let now = start
    let before = try (0..<64).map { _ in try ticket(&breaker, at: now) }
    var change = CircuitBreaker.Change.none
    for call in before.prefix(5) {
      #expect(change == .none)
      #expect(breaker.end(call, .answered, at: now, jitter: 0) == .none)
      change = try self.call(&breaker, Self.failed, at: now)
    }
    #expect(change == .opened(until: now + .milliseconds(500), .outage))
  }

  @Test("failures with calls between them that have not ended do not open it")
  func scattered() throws {
    var breaker = CircuitBreaker()
    for _ in 0..<20 { try call(&breaker, .answered, at: start) }
    for _ in 0..<8 {
      _ = try ticket(&breaker, at: start)
      #expect(try call(&breaker, Self.failed, at: start) == .none)
    }
  }

  @Test("what says nothing of the deployment neither counts nor starts the count anew")
  func neutral() throws {
    var breaker = CircuitBreaker()
    for _ in 0..<100 { try call(&breaker, .neutral, at: start) }
    for _ in 0..<4 {
      try call(&breaker, Self.failed, at: start)
      try call(&breaker, .neutral, at: start)
    }
    #expect(breaker.state(at: start) == .closed)
    #expect(try call(&breaker, Self.failed, at: start) != .none)
  }

  @Test("half of ten calls in ten seconds open it, though no two failures follow each other")
  func share() throws {
    var breaker = CircuitBreaker()
    for second in 0..<4 {
      let now = start + .seconds(second)
      #expect(try call(&breaker, Self.failed, at: now) == .none)
      #expect(try call(&breaker, .answered, at: now) == .none)
    }
    #expect(try call(&breaker, .answered, at: start + .seconds(4)) == .none)
    #expect(try call(&breaker, Self.failed, at: start + .seconds(5)) != .none)
  }

  @Test("fewer than half, or half of calls longer ago, leave it closed")
  func shareOfLess() throws {
    var breaker = CircuitBreaker()
    for _ in 0..<40 {
      try call(&breaker, .answered, at: start)
      try call(&breaker, .answered, at: start)
      #expect(try call(&breaker, Self.failed, at: start) == .none)
    }
    breaker = CircuitBreaker()
    for second in 0..<60 {
      try call(&breaker, .answered, at: start + .seconds(4 * second))
      let now = start + .seconds(4 * second + 2)
      #expect(try call(&breaker, Self.failed, at: now) == .none)
    }
  }

  @Test("the wait for a probe grows to its cap, and jitter only adds to it")
  func cooldowns() throws {
    for (jitter, stretch) in [(0.0, 1.0), (1.0, 1.2), (-3.0, 1.0), (7.0, 1.2)] {
      var breaker = CircuitBreaker()
      var now = start
      for _ in 0..<4 { try call(&breaker, Self.failed, at: now) }
      for expected in [500.0, 750, 1125, 1500, 1500, 1500] {
        let change = try call(&breaker, Self.failed, at: now, jitter: jitter)
        guard case .opened(let until, .outage) = change else {
          Issue.record("not opened: \(change)")
          return
        }
        #expect(abs((until - now) / .milliseconds(1) - expected * stretch) < 0.001)
        now = until
      }
      #expect(try call(&breaker, .answered, at: now) == .closed)
      for _ in 0..<4 { try call(&breaker, Self.failed, at: now) }
      #expect(
        try call(&breaker, Self.failed, at: now)
          == .opened(until: now + .milliseconds(500), .outage))
    }
  }

  @Test("one probe is let through at a time, and its success lets all through")
  func probe() throws {
    var breaker = try opened()
    let due = start + .milliseconds(500)
    #expect(breaker.wait(at: start) == due && breaker.wait(at: due) == nil)
    #expect(breaker.state(at: due) == .halfOpen(.outage))
    let probe = try ticket(&breaker, at: due)
    #expect(probe.isProbe)
    #expect(breaker.begin(at: due) == .wait(until: due + .milliseconds(500)))
    #expect(breaker.begin(at: due + .seconds(60)) == .wait(until: due + .milliseconds(60_500)))
    #expect(breaker.end(probe, .answered, at: due + .seconds(60), jitter: 0) == .closed)
    let next = try ticket(&breaker, at: due + .seconds(60))
    #expect(!next.isProbe)
  }

  @Test("a failed probe opens it again for longer")
  func failedProbe() throws {
    var breaker = try opened()
    let due = start + .milliseconds(500)
    #expect(
      try call(&breaker, Self.failed, at: due)
        == .opened(until: due + .milliseconds(750), .outage))
    #expect(breaker.begin(at: due) == .wait(until: due + .milliseconds(750)))
  }

  @Test("a probe that was cancelled frees its place at once, and once")
  func lostProbe() throws {
    var breaker = try opened()
    let due = start + .milliseconds(500)
    let lost = try ticket(&breaker, at: due)
    #expect(breaker.end(lost, .neutral, at: due, jitter: 0) == .none)
    let second = try ticket(&breaker, at: due)
    #expect(second.isProbe)
    #expect(breaker.end(lost, .answered, at: due, jitter: 0) == .none)
    #expect(breaker.state(at: due) == .halfOpen(.outage))
    #expect(breaker.begin(at: due) == .wait(until: due + .milliseconds(500)))
  }

  @Test("calls begun before it opened neither close it nor keep it open for longer")
  func late() throws {
    var breaker = CircuitBreaker()
    let late = try (0..<20).map { _ in try ticket(&breaker, at: start) }
    for _ in 0..<5 { try call(&breaker, Self.failed, at: start) }
    let due = start + .milliseconds(500)
    #expect(breaker.end(late[0], .answered, at: start, jitter: 0) == .none)
    #expect(
      breaker.end(late[1], .failed(retryAfter: .seconds(60)), at: start, jitter: 0) == .none)
    #expect(breaker.end(late[2], .quotaSpent(retryAfter: nil), at: start, jitter: 0) == .none)
    #expect(breaker.state(at: start) == .open(until: due, .outage))
    let probe = try ticket(&breaker, at: due)
    #expect(breaker.end(late[3], .answered, at: due, jitter: 0) == .none)
    #expect(breaker.end(probe, .answered, at: due, jitter: 0) == .closed)
    for ticket in late.dropFirst(4) { breaker.end(ticket, Self.failed, at: due, jitter: 0) }
    #expect(breaker.state(at: due) == .closed)
  }

  @Test("a longer wait that the server asks for wins, a shorter one does not")
  func retryAfter() throws {
    func until(_ asks: [Duration?]) throws -> Duration? {
      var breaker = CircuitBreaker()
      var change = CircuitBreaker.Change.none
      for ask in asks { change = try call(&breaker, .failed(retryAfter: ask), at: start) }
      guard case .opened(let until, .outage) = change else { return nil }
      return until - start
    }
    #expect(try until([nil, nil, nil, nil, .seconds(30)]) == .seconds(30))
    #expect(try until([nil, .seconds(30), .seconds(2), nil, nil]) == .seconds(30))
    #expect(try until([nil, nil, nil, nil, .milliseconds(1)]) == .milliseconds(500))
    #expect(try until([.zero, .zero, .zero, .zero, .zero]) == .milliseconds(500))
    var breaker = try opened()
    let due = start + .milliseconds(500)
    #expect(
      try call(&breaker, .failed(retryAfter: .seconds(9)), at: due)
        == .opened(until: due + .seconds(9), .outage))
    // What was asked for is answered with the answer.
    #expect(try call(&breaker, .answered, at: due + .seconds(9)) == .closed)
    try call(&breaker, .failed(retryAfter: .seconds(90)), at: due + .seconds(9))
    try call(&breaker, .answered, at: due + .seconds(9))
    for _ in 0..<4 { try call(&breaker, Self.failed, at: due + .seconds(9)) }
    #expect(
      try call(&breaker, Self.failed, at: due + .seconds(9))
        == .opened(until: due + .milliseconds(9500), .outage))
  }

  @Test("a spent quota opens it at once and for long, until a probe succeeds")
  func quota() throws {
    var breaker = CircuitBreaker()
    let due = start + .seconds(300)
    #expect(
      try call(&breaker, .quotaSpent(retryAfter: .seconds(9)), at: start)
        == .opened(until: due, .quota))
    #expect(breaker.begin(at: start + .seconds(299)) == .wait(until: due))
    #expect(
      try call(&breaker, .quotaSpent(retryAfter: nil), at: due)
        == .opened(until: due + .seconds(300), .quota))
    #expect(
      try call(&breaker, Self.failed, at: due + .seconds(300))
        == .opened(until: due + .milliseconds(300_750), .outage))
    #expect(try call(&breaker, .answered, at: due + .seconds(301)) == .closed)
  }

  @Test(
    "failures of the deployment count, refusals of a request show that it works",
    arguments: [
      (.unreachable, nil, .failed(retryAfter: .seconds(1))),
      (.timeout, nil, .failed(retryAfter: .seconds(1))),
      (.timeout, 408, .failed(retryAfter: .seconds(1))),
      (.overloaded, 503, .failed(retryAfter: .seconds(1))),
      (.serverError, 500, .failed(retryAfter: .seconds(1))),
      (.serverError, 409, .neutral),
      (.quotaExhausted, 429, .quotaSpent(retryAfter: .seconds(1))),
      (.gatewayBudget, 400, .quotaSpent(retryAfter: .seconds(1))),
      (.rateLimited(.ownLimit), 429, .neutral), (.rateLimited(.sharedCapacity), 429, .neutral),
      (.rateLimited(.unknown), 429, .neutral), (.malformedReply, 200, .neutral),
      (.cancelled, nil, .neutral), (.deadlineExceeded, nil, .neutral),
      (.budgetSpent, nil, .neutral), (.circuitOpen, nil, .neutral),
      (.contentFilter, 400, .answered), (.contextLengthExceeded, 400, .answered),
      (.authentication, 401, .answered), (.permission, 403, .answered),
      (.notFound, 404, .answered), (.invalidRequest, 400, .answered),
      (.invalidRequest, nil, .neutral),
    ] as [(GatewayError.Kind, Int?, CircuitBreaker.Outcome)])
  func outcome(kind: GatewayError.Kind, status: Int?, expected: CircuitBreaker.Outcome) {
    let error = GatewayError(
      kind: kind, deployment: "main", status: status, message: "", retryAfter: .seconds(1))
    #expect(CircuitBreaker.Outcome(error) == expected)
  }
}
