import Testing

@testable import LLMGateway

/// The breaker told again, from all results since it last changed its phase. Times in milliseconds.
private struct NaiveBreaker {
  typealias Result = (at: Int, didFail: Bool)

  var isOpen = false
  var isProbing = false
  var until = ContinuousClock.now
  var phase = 0
  private var results: [Result] = []
  /// By the order in which the calls of the phase began; what has not ended is missing.
  private var byBeginning: [Int: CircuitBreaker.Outcome] = [:]
  private var origin: Int?
  private var failedProbes = 0
  private var asked = Int.min

  /// The cooldown if this result opens it, in milliseconds before jitter, and what the server asked.
  mutating func take(
    _ outcome: CircuitBreaker.Outcome, number: Int, isProbe: Bool, at now: Int
  ) -> (opens: Double, asked: Int, closes: Bool)? {
    byBeginning[number] = outcome
    defer { if isProbe { isProbing = false } }
    switch outcome {
    case .neutral: return nil
    case .answered:
      if isProbe { return change(closing: true) }
      note((now, false))
      asked = .min
      return nil
    case .quotaSpent(let retryAfter):
      return opening(20_000, retryAfter, at: now)
    case .failed(let retryAfter):
      if isProbe {
        failedProbes += 1
        return opening(cooldown, retryAfter, at: now)
      }
      note((now, true))
      if !isTripped(by: number, at: now) {
        ask(retryAfter, at: now)
        return nil
      }
      return opening(cooldown, retryAfter, at: now)
    }
  }

  private var cooldown: Double {
    (0..<failedProbes).reduce(500) { length, _ in min(1500, length * 1.5) }
  }

  private mutating func note(_ result: Result) {
    origin = origin ?? result.at
    results.append(result)
    if results.count > 5000 { results.removeFirst(3000) }
  }

  private func isTripped(by number: Int, at now: Int) -> Bool {
    let inARow =
      failures(stride(from: number, to: -1, by: -1))
      + failures(stride(from: number + 1, to: .max, by: 1))
    let origin = origin ?? now
    let recent = results.reversed().prefix {
      ($0.at - origin) / 1000 > (now - origin) / 1000 - 10
    }
    let failures = recent.filter(\.didFail).count
    return inARow >= 5 || recent.count >= 10 && failures * 2 >= recent.count
  }

  /// Up to the first call that was answered or has not ended.
  private func failures(_ numbers: some Sequence<Int>) -> Int {
    var count = 0
    for number in numbers {
      switch byBeginning[number] {
      case .failed: count += 1
      case .neutral: continue
      default: return count
      }
    }
    return count
  }

  private mutating func ask(_ retryAfter: Duration?, at now: Int) {
    if let retryAfter { asked = max(asked, now + Int(retryAfter / .milliseconds(1))) }
  }

  private mutating func opening(
    _ length: Double, _ retryAfter: Duration?, at now: Int
  ) -> (opens: Double, asked: Int, closes: Bool) {
    ask(retryAfter, at: now)
    let result = (length, asked, false)
    _ = change(closing: false)
    return result
  }

  private mutating func change(closing: Bool) -> (opens: Double, asked: Int, closes: Bool) {
    isOpen = !closing
    if closing { failedProbes = 0 }
    results = []
    byBeginning = [:]
    origin = nil
    asked = .min
    phase += 1
    return (0, 0, closing)
  }
}

/// A random walk of calls and failures over a breaker, compared with ``NaiveBreaker`` at each step.
private struct BreakerWalk {
  enum Weather: CaseIterable { case healthy, flaky, dead, noQuota }

  private let start = ContinuousClock.now
  private var generator: SplitMix
  private var breaker = CircuitBreaker(.init(quotaCooldown: .seconds(20)))
  private var model = NaiveBreaker()
  private var now = 0
  private typealias Call = (ticket: CircuitBreaker.Ticket, number: Int, phase: Int)
  private var out: [Call] = []
  private var begun = 0
  private var weather = Weather.healthy
  /// It was seen open since the weather became dead.
  private var openedInDeath = false
  private(set) var complaints: [String] = []
  private(set) var opened = 0
  private(set) var closed = 0

  init(seed: UInt64) { generator = SplitMix(seed: seed) }

  private var instant: ContinuousClock.Instant { start + .milliseconds(now) }
  private mutating func draw(_ count: Int) -> Int { Int(generator.next() % UInt64(count)) }

  private mutating func require(_ holds: Bool, _ complaint: @autoclosure () -> String) {
    if !holds && complaints.count < 5 { complaints.append("\(now) ms: \(complaint())") }
  }

  mutating func step() {
    if draw(2000) == 0 {
      weather = Weather.allCases[draw(4)]
      openedInDeath = false
    }
    switch draw(10) {
    case 0...2: now += draw(300)
    case 3...6 where out.count < 40: begin()
    default: if !out.isEmpty { end(out.remove(at: draw(out.count))) }
    }
    let isClosed = breaker.state(at: instant) == .closed
    if weather == .dead && !isClosed { openedInDeath = true }
    require(!(openedInDeath && isClosed), "closed while everything fails")
    require(isClosed == !model.isOpen, "closed: \(isClosed)")
  }

  private mutating func begin() {
    let instant = instant
    let wait = breaker.wait(at: instant)
    switch breaker.begin(at: instant) {
    case .go(let ticket):
      require(wait == nil, "let through what was to wait")
      require(ticket.isProbe == model.isOpen, "a probe while closed, or none while open")
      if ticket.isProbe {
        require(!model.isProbing && instant >= model.until, "a second or an early probe")
        model.isProbing = true
      }
      out.append((ticket, begun, model.phase))
      begun += 1
    case .wait(let until):
      require(wait == until && until > instant, "a wait of \(until - instant)")
      require(model.isOpen, "held back while closed")
      // A probe that is due goes: without a failure it is never later than the cap and its jitter.
      require(model.isProbing || instant < model.until, "no probe though one is due")
      require(model.isProbing || until == model.until, "not due when it was said to be")
    }
  }

  private mutating func end(_ call: Call) {
    let outcome = outcome()
    let jitter = Double(draw(1000)) / 1000
    let change = breaker.end(call.ticket, outcome, at: instant, jitter: jitter)
    guard call.phase == model.phase else {
      require(change == .none, "moved by a call of an earlier phase: \(change)")
      return
    }
    let expected = model.take(
      outcome, number: call.number, isProbe: call.ticket.isProbe, at: now)
    switch (change, expected) {
    case (.none, nil): break
    case (.closed, (_, _, true)?): closed += 1
    case (.opened(let until, let reason), (let length, let asked, false)?):
      opened += 1
      let wait = Double((until - start) / .milliseconds(1)) - Double(now)
      let due = max(length * (1 + 0.2 * jitter), Double(asked) - Double(now))
      require(abs(wait - due) < 0.01, "open for \(wait) ms instead of \(due)")
      require(
        reason == .quota || wait <= 1800.01 || Double(asked) > Double(now) + 1800,
        "no probe within the cap and its jitter")
      model.until = until
    default: require(false, "\(change) instead of \(String(describing: expected))")
    }
  }

  private mutating func outcome() -> CircuitBreaker.Outcome {
    if draw(10) == 0 { return .neutral }
    let fails =
      switch weather {
      case .healthy: draw(50) == 0
      case .flaky: draw(2) == 0
      case .dead: true
      case .noQuota: draw(20) == 0
      }
    if fails { return .failed(retryAfter: draw(10) == 0 ? .milliseconds(draw(5000)) : nil) }
    return weather == .noQuota ? .quotaSpent(retryAfter: nil) : .answered
  }
}

@Suite("Circuit breaker, at random")
struct CircuitBreakerPropertyTests {
  @Test(
    "a million random steps agree with the rules told again",
    arguments: [1, 2, 3, 4] as [UInt64])
  func agrees(seed: UInt64) {
    var walk = BreakerWalk(seed: seed)
    for _ in 0..<300_000 { walk.step() }
    #expect(walk.complaints == [])
    #expect(walk.opened > 1000 && walk.closed > 300)
  }
}
