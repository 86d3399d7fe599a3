import LLMGateway
import Testing

@Suite("Rate limiter: what the gateway says")
struct RateLimiterFeedbackTests {
  private static func backlogged() throws -> LimiterBench {
    var bench = LimiterBench(
      try DeploymentLimits(requestsPerMinute: 6_000, tokensPerMinute: 6_000_000))
    for _ in 0..<20_000 { _ = bench.enqueue(1_000) }
    _ = bench.run(.seconds(1))
    return bench
  }

  @Test("a lower limit in a response counts at once, and so does its return")
  func followsLimits() throws {
    var bench = try Self.backlogged()
    bench.limiter.observeLimits(requests: 3_000, sentAt: bench.now, at: bench.now)
    #expect((480...500).contains(bench.run(.seconds(10)).count))
    bench.limiter.observeLimits(
      requests: 6_000, tokens: 1_500_000, sentAt: bench.now, at: bench.now)
    #expect((240...280).contains(bench.run(.seconds(10)).count))
    bench.limiter.observeLimits(
      requests: 9_000, tokens: 9_000_000, sentAt: bench.now, at: bench.now)
    #expect((980...1_030).contains(bench.run(.seconds(10)).count))
    bench.limiter.observeLimits(requests: 0, tokens: -1, sentAt: bench.now, at: bench.now)
    #expect((980...1_000).contains(bench.run(.seconds(10)).count))
  }

  /// A limiter of 6,000 requests a minute that has its share for a minute and used nothing of it.
  private static func rested(_ share: LimitShare) throws -> LimiterBench {
    var bench = LimiterBench(try DeploymentLimits(requestsPerMinute: 6_000), share: share)
    _ = bench.run(.seconds(62))
    return bench
  }

  private static func rate(_ bench: LimiterBench) -> Double {
    bench.limiter.figures(at: bench.now).limits[0].rate
  }

  @Test("what is left tells of others who use the same key, and the rate falls to what there is")
  func othersUseTheKey() throws {
    var bench = try Self.rested(.all)
    let before = Self.rate(bench)
    bench.limiter.observeRemaining(requests: 4_000, at: bench.now)
    #expect((0.66...0.67).contains(Self.rate(bench) / before))
    // 2 % of it every 5 s.
    _ = bench.advance(.seconds(100))
    #expect(Self.rate(bench) == before)
  }

  @Test("a fleet that uses its own parts does not look like others")
  func fleetIsNotOthers() throws {
    let quarter = LimitShare.partitions(owned: [0, 1, 2], of: 12)
    var bench = try Self.rested(quarter)
    let before = Self.rate(bench)
    bench.limiter.observeRemaining(requests: 1_500, at: bench.now)
    #expect(Self.rate(bench) == before, "the other three quarters are used")
    bench.limiter.observeRemaining(requests: 900, at: bench.now)
    #expect((0.59...0.61).contains(Self.rate(bench) / before))
  }

  @Test("its own use does not look like that of others, nor does that of who had its share before")
  func ownUseIsNotOthers() throws {
    var bench = try Self.backlogged()
    bench.limiter.observeRemaining(requests: 0, tokens: 0, at: bench.now)
    _ = bench.run(.seconds(70))
    let before = Self.rate(bench)
    bench.limiter.observeRemaining(requests: 40, tokens: 40_000, at: bench.now)
    #expect(Self.rate(bench) == before)
    #expect(bench.limiter.figures(at: bench.now).scale == 1)
  }

  @Test("a reply to a call sent before a lower limit was seen does not bring the old one back")
  func ignoresLateReplies() throws {
    var bench = try Self.backlogged()
    let sentAt = bench.now
    _ = bench.run(.seconds(1))
    let seenAt = bench.now
    bench.limiter.observeLimits(requests: 3_000, tokens: 3_000_000, sentAt: sentAt, at: seenAt)
    _ = bench.run(.seconds(2))
    bench.limiter.observeLimits(requests: 6_000, tokens: 6_000_000, sentAt: sentAt, at: bench.now)
    #expect(bench.limiter.figures(at: bench.now).limits.map(\.limit) == [3_000, 3_000_000])
    bench.limiter.observeLimits(requests: 2_000, tokens: 2_000_000, sentAt: sentAt, at: bench.now)
    #expect(bench.limiter.figures(at: bench.now).limits.map(\.limit) == [2_000, 2_000_000])
    bench.limiter.observeLimits(
      requests: 6_000, tokens: 6_000_000, sentAt: bench.now, at: bench.now)
    #expect(bench.limiter.figures(at: bench.now).limits.map(\.limit) == [6_000, 6_000_000])
  }

  @Test("a refusal pauses everything, the later end wins, and nothing is saved up in the pause")
  func pauses() throws {
    var bench = try Self.backlogged()
    let refusedAt = bench.now
    bench.limiter.refused(retryAfter: .seconds(20), at: bench.now)
    bench.limiter.refused(retryAfter: .seconds(5), at: bench.now)
    #expect(bench.limiter.figures(at: bench.now).pausedUntil == refusedAt + .seconds(20))
    #expect(bench.run(.seconds(20)).isEmpty)
    let first = bench.run(.milliseconds(100)).count
    #expect(first <= 11)
    #expect(bench.limiter.figures(at: bench.now).pausedUntil == nil)
  }

  @Test("a rate that changes in a pause is not applied to it")
  func rateInPause() throws {
    let limits = try DeploymentLimits(tokensPerMinute: 6_000_000)
    var bench = LimiterBench(limits, share: .partitions(owned: [0], of: 10))
    for _ in 0..<100 { _ = bench.enqueue(1_000) }
    _ = bench.run(.seconds(1))
    bench.limiter.refused(retryAfter: .seconds(30), at: bench.now)
    bench.limiter.setShare(.partitions(owned: Set(0..<10), of: 10), at: bench.now)
    #expect(bench.run(.seconds(30)).isEmpty)
    #expect(bench.run(.milliseconds(100)).count <= 11)
  }

  @Test("without a hint pauses double until a call's use is known")
  func doublesPauses() throws {
    var bench = try Self.backlogged()
    var pauses: [Duration] = []
    for round in 0..<9 {
      if round == 7 {
        let cost = LimitedCost(input: 1_000, output: 0)
        bench.limiter.correct(cost, used: cost)
      }
      bench.limiter.refused(retryAfter: nil, at: bench.now)
      let end = try #require(bench.limiter.figures(at: bench.now).pausedUntil)
      pauses.append(end - bench.now)
      bench.now = end
    }
    #expect(pauses == [1, 2, 4, 8, 16, 32, 32, 1, 2].map { .seconds($0) })
  }

  @Test("a hint of more than two minutes counts as two minutes")
  func boundsPause() throws {
    var bench = try Self.backlogged()
    bench.limiter.refused(retryAfter: .seconds(86_400), at: bench.now)
    #expect(bench.limiter.figures(at: bench.now).pausedUntil == bench.now + .seconds(120))
  }

  @Test("refused although limits are as configured, it makes room for others and recovers slowly")
  func adapts() throws {
    var bench = try Self.backlogged()
    func scale() -> Double { bench.limiter.figures(at: bench.now).scale }
    for _ in 0..<10 { bench.limiter.refused(retryAfter: .zero, at: bench.now) }
    #expect(scale() == 0.8)
    #expect((375...410).contains(bench.run(.milliseconds(4_990)).count))
    _ = bench.run(.milliseconds(10))
    bench.limiter.refused(retryAfter: .zero, at: bench.now)
    #expect(abs(scale() - 0.64) < 0.03)
    _ = bench.run(.seconds(51))
    #expect(abs(scale() - 0.84) < 0.03)
    _ = bench.run(.seconds(60))
    #expect(scale() == 1)
    #expect((485...500).contains(bench.run(.seconds(5)).count))
  }

  @Test("refused because the limit was lowered, it does not take others to use the key")
  func lowered() throws {
    var bench = try Self.backlogged()
    bench.limiter.observeLimits(requests: 3_000, sentAt: bench.now, at: bench.now)
    bench.limiter.refused(retryAfter: .seconds(29), at: bench.now)
    #expect(bench.limiter.figures(at: bench.now).scale == 1)
    // And a second more: windows count whole seconds.
    #expect(bench.limiter.figures(at: bench.now).pausedUntil == bench.now + .seconds(30))
    #expect(bench.run(.seconds(30)).isEmpty)
    #expect((480...500).contains(bench.run(.seconds(10)).count))
  }
}
