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
