import Testing

@testable import LLMGateway

/// Limits and a clock for tests of the limiter.
struct LimiterBench {
  static let start = WallTime(nanoseconds: 1_760_000_000_000_000_000)

  var limiter: RateLimiter
  var now = Self.start

  init(_ limits: DeploymentLimits, share: LimitShare = .all) {
    limiter = RateLimiter(limits, share: share, at: Self.start)
  }

  mutating func enqueue(
    _ input: Int, _ output: Int = 0, lane: CallLane = .interactive
  ) -> RateLimiter.Ticket {
    limiter.enqueue(LimitedCost(input: input, output: output), lane: lane, at: now)
  }

  /// Moves on and admits.
  @discardableResult
  mutating func advance(_ duration: Duration) -> RateLimiter.Progress {
    now = now + duration
    return limiter.advance(to: now)
  }

  /// Admits as a caller would for so long: at each time that the limiter names.
  mutating func run(_ duration: Duration) -> [(ticket: RateLimiter.Ticket, at: WallTime)] {
    let end = now + duration
    var admitted: [(RateLimiter.Ticket, WallTime)] = []
    while true {
      let progress = limiter.advance(to: now)
      admitted += progress.admitted.map { ($0, now) }
      guard let next = progress.next, next < end else { break }
      now = max(now, next)
    }
    now = end
    return admitted
  }
}

@Suite("Rate limiter")
struct RateLimiterTests {
  @Test("a new share starts empty, and the wait is named to the nanosecond")
  func startsEmpty() throws {
    var bench = LimiterBench(try DeploymentLimits(tokensPerMinute: 60_000))
    let ticket = bench.enqueue(600, 400)
    let progress = bench.advance(.zero)
    #expect(progress.admitted.isEmpty)
    let next = try #require(progress.next)
    // 1,000 tokens of 60,000 a minute are a second, margins taken off: 1.7 % for a call's tokens.
    #expect(next - bench.now > .milliseconds(1_003))
    #expect(next - bench.now < .milliseconds(1_030))
    let before = WallTime(nanoseconds: next.nanoseconds - 1)
    #expect(bench.limiter.advance(to: before) == .init(admitted: [], next: next))
    #expect(bench.limiter.advance(to: next) == .init(admitted: [ticket], next: nil))
  }

  @Test("all dimensions are checked at once, and a refusal changes none")
  func allAtOnce() throws {
    var bench = LimiterBench(
      try DeploymentLimits(requestsPerMinute: 600, tokensPerMinute: 60_000))
    _ = bench.enqueue(10_000)
    let first = bench.advance(.zero)
    for _ in 0..<50 { bench.advance(.milliseconds(20)) }
    #expect(bench.advance(.zero).next == first.next, "asking took something away")
  }

  @Test("no window of 60 s holds more than the limit, and 99 % of it are used")
  func keepsWindow() throws {
    var bench = LimiterBench(
      try DeploymentLimits(requestsPerMinute: 600, tokensPerMinute: 6_000_000))
    for _ in 0..<3_000 { _ = bench.enqueue(1_000) }
    let times = bench.run(.seconds(240)).map(\.at)
    for (index, time) in times.enumerated() {
      let window = times[index...].prefix { $0 - time < .seconds(60) }
      #expect(window.count <= 600)
    }
    #expect(Double(times.count) / (4 * 600) >= 0.99)
  }

  @Test("an idle worker saves up the burst and no more")
  func savesBurst() throws {
    var bench = LimiterBench(try DeploymentLimits(tokensPerMinute: 6_000_000))
    bench.advance(.seconds(3_600))
    for _ in 0..<100 { _ = bench.enqueue(1_000) }
    // 300 ms of 100 calls a second.
    #expect((28...30).contains(bench.advance(.zero).admitted.count))
  }

  @Test("a request larger than the burst, or than the limit, waits for its full accrual")
  func largeRequestGoes() throws {
    var bench = LimiterBench(try DeploymentLimits(tokensPerMinute: 60_000))
    _ = bench.enqueue(120_000)
    let times = bench.run(.seconds(600)).map(\.at)
    #expect(times.count == 1)
    let wait = try #require(times.first) - LimiterBench.start
    #expect(wait > .seconds(120) && wait < .seconds(120 / 0.69))
  }

  @Test("a reservation that is never corrected costs its tokens and blocks nothing")
  func lostReservation() throws {
    var bench = LimiterBench(try DeploymentLimits(tokensPerMinute: 600_000))
    var admitted = 0
    for _ in 0..<1_000 {
      _ = bench.enqueue(1_000)
      admitted += bench.run(.milliseconds(110)).count
    }
    #expect(admitted > 990)
  }

  @Test("what was used counts: less comes back, more is owed, unknown stays, requests are spent")
  func corrects() throws {
    let limits = try DeploymentLimits(tokensPerMinute: 6_000_000)
    func nextAfter(_ used: LimitedCost?) throws -> Duration {
      var bench = LimiterBench(limits)
      _ = bench.enqueue(1_000, 1_000)
      let first = try #require(bench.run(.seconds(1)).first)
      bench.now = first.at
      let reserved = LimitedCost(input: 1_000, output: 1_000)
      bench.limiter.correct(reserved, used: used)
      _ = bench.enqueue(1_000, 1_000)
      return try #require(bench.run(.seconds(1)).first).at - first.at
    }
    let unknown = try nextAfter(nil)
    #expect(try nextAfter(LimitedCost(input: 1_000, output: 1_000)) == unknown)
    let less = unknown - (try nextAfter(LimitedCost(input: 1_000, output: 500)))
    let more = try nextAfter(LimitedCost(input: 1_000, output: 6_000)) - unknown
    #expect(less > .milliseconds(4) && less < .milliseconds(6))
    #expect(more > .milliseconds(50) && more < .milliseconds(51))

    var requests = LimiterBench(try DeploymentLimits(requestsPerMinute: 60))
    _ = requests.enqueue(0)
    _ = requests.enqueue(0)
    let first = try #require(requests.run(.milliseconds(1_500)).first)
    requests.limiter.correct(.none, used: LimitedCost.none)
    let second = try #require(requests.run(.seconds(2)).first)
    #expect(second.at - first.at > .seconds(1))
  }

  @Test("input and output are limited apart where a provider counts them so")
  func countsApart() throws {
    var input = LimiterBench(try DeploymentLimits(inputTokensPerMinute: 60_000))
    var output = LimiterBench(try DeploymentLimits(outputTokensPerMinute: 60_000))
    for _ in 0..<100 {
      _ = input.enqueue(100, 5_000)
      _ = output.enqueue(100, 5_000)
    }
    #expect(input.run(.seconds(9)).count > 80)
    #expect(output.run(.seconds(9)).count == 1)
  }

  @Test("within a lane the first goes first, however small a later one is")
  func arrivalOrder() throws {
    var bench = LimiterBench(try DeploymentLimits(tokensPerMinute: 600_000))
    let sent = [5_000, 10, 3_000, 10, 10].map { bench.enqueue($0) }
    #expect(bench.run(.seconds(5)).map(\.ticket) == sent)
  }

  @Test("a call that leaves takes nothing, wherever it stood")
  func cancels() throws {
    var bench = LimiterBench(try DeploymentLimits(tokensPerMinute: 60_000))
    let tickets = (0..<200).map { _ in bench.enqueue(50) }
    bench.limiter.cancel(tickets[0])
    bench.limiter.cancel(tickets[0])
    for index in stride(from: 1, to: 200, by: 2) { bench.limiter.cancel(tickets[index]) }
    #expect(bench.limiter.figures(at: bench.now).interactiveWaiting == 99)
    let expected = stride(from: 2, to: 200, by: 2).map { tickets[$0] }
    #expect(bench.run(.seconds(10)).map(\.ticket) == expected)
    bench.limiter.cancel(tickets[2])
    #expect(bench.limiter.advance(to: bench.now) == .init(admitted: [], next: nil))
  }

  @Test("interactive gets its floor while both wait, backfill the rest", arguments: [0.5, 0.9, 1])
  func floor(part: Double) throws {
    var bench = LimiterBench(
      try DeploymentLimits(tokensPerMinute: 6_000_000, interactiveFloor: part))
    for _ in 0..<2_000 {
      _ = bench.enqueue(1_000, lane: .backfill)
      _ = bench.enqueue(500, lane: .interactive)
    }
    let lanes = bench.run(.seconds(5)).map(\.ticket.lane)
    let interactive = Double(lanes.count { $0 == .interactive }) * 500
    let backfill = Double(lanes.count { $0 == .backfill }) * 1_000
    #expect(abs(interactive / (interactive + backfill) - part) < 0.01)
  }

  @Test("backfill alone gets everything, and is not held back by a lane that empties at times")
  func backfillGoesOn() throws {
    var alone = LimiterBench(try DeploymentLimits(tokensPerMinute: 6_000_000))
    for _ in 0..<1_000 { _ = alone.enqueue(1_000, lane: .backfill) }
    #expect(alone.run(.seconds(5)).count > 480)

    var mixed = LimiterBench(try DeploymentLimits(tokensPerMinute: 6_000_000))
    for _ in 0..<1_000 { _ = mixed.enqueue(1_000, lane: .backfill) }
    var backfill = 0
    for _ in 0..<1_000 {
      // One interactive call at a time, each after the one before it went.
      _ = mixed.enqueue(1_000)
      var isWaiting = true
      while isWaiting {
        let progress = mixed.limiter.advance(to: mixed.now)
        for ticket in progress.admitted {
          if ticket.lane == .backfill { backfill += 1 } else { isWaiting = false }
        }
        if isWaiting, let next = progress.next { mixed.now = next }
      }
    }
    #expect((90...130).contains(backfill))
  }

  @Test("an interactive call goes at once, however much backfill waits and takes all that is left")
  func findsSavings() throws {
    var bench = LimiterBench(
      try DeploymentLimits(requestsPerMinute: 1_200, tokensPerMinute: 1_200_000),
      share: .partitions(owned: [0, 2, 4, 6, 8, 10], of: 12))
    for _ in 0..<2_000 { _ = bench.enqueue(1_000, lane: .backfill) }
    _ = bench.run(.seconds(5))
    let begin = bench.now
    var admitted = 0
    for number in 0..<100 {
      let ticket = bench.enqueue(1_000)
      #expect(bench.limiter.advance(to: bench.now).admitted.first == ticket)
      admitted += 1 + bench.run(.milliseconds(900 + number)).count
    }
    // Half of 20 a second, with all margins.
    let most = (bench.now - begin) / .seconds(1) * 10
    #expect(Double(admitted) > most * 0.97 && Double(admitted) <= most)
  }

  @Test("a clock that goes back accrues nothing and blocks nothing; forward, no more than the head")
  func clockJumps() throws {
    var bench = LimiterBench(
      try DeploymentLimits(requestsPerMinute: 6_000, tokensPerMinute: 6_000_000))
    for _ in 0..<5_000 { _ = bench.enqueue(1_000) }
    _ = bench.run(.seconds(2))
    bench.now = bench.now + .seconds(-3_600)
    #expect(bench.limiter.advance(to: bench.now).admitted.count <= 1)
    #expect((95...101).contains(bench.run(.seconds(1)).count))
    #expect(bench.advance(.seconds(3_600)).admitted.count <= 31)
    #expect((95...101).contains(bench.run(.seconds(1)).count))
  }

  @Test("without any limit everything goes at once")
  func noLimits() throws {
    var bench = LimiterBench(try DeploymentLimits())
    let tickets = (0..<3).map { _ in bench.enqueue(1_000_000) }
    #expect(bench.limiter.advance(to: bench.now) == .init(admitted: tickets, next: nil))
  }

  @Test("a limit that cannot work is refused by its key")
  func refusesLimits() {
    func key(_ make: () throws -> DeploymentLimits) -> String? {
      do {
        _ = try make()
        return nil
      } catch {
        return (error as? DeploymentError)?.key
      }
    }
    #expect(key { try DeploymentLimits(requestsPerMinute: 0) } == "requestsPerMinute")
    #expect(key { try DeploymentLimits(tokensPerMinute: -1) } == "tokensPerMinute")
    #expect(key { try DeploymentLimits(inputTokensPerMinute: 0) } == "inputTokensPerMinute")
    #expect(key { try DeploymentLimits(outputTokensPerMinute: 0) } == "outputTokensPerMinute")
    #expect(key { try DeploymentLimits(burst: .milliseconds(99)) } == "burst")
    #expect(key { try DeploymentLimits(burst: .seconds(6)) } == "burst")
    #expect(key { try DeploymentLimits(interactiveFloor: 1.1) } == "interactiveFloor")
    #expect(key { try DeploymentLimits(interactiveFloor: .nan) } == "interactiveFloor")
    #expect(key { try DeploymentLimits(requestsPerMinute: 1) } == nil)
  }
}
