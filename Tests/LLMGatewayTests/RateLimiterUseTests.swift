import Testing

@testable import LLMGateway

@Suite("Rate limiter: use")
struct RateLimiterUseTests {
  private func used(_ bench: LimiterBench) -> [LimitDimension: Int] {
    bench.limiter.figures(at: bench.now).limits.reduce(into: [:]) { $0[$1.dimension] = $1.used }
  }

  @Test(
    "each dimension tells what this process used of it in the last minute, corrected by the reply")
  func dimensions() throws {
    var bench = LimiterBench(
      try DeploymentLimits(
        requestsPerMinute: 6_000, tokensPerMinute: 600_000, inputTokensPerMinute: 600_000,
        outputTokensPerMinute: 600_000))
    #expect(used(bench) == [.requests: 0, .tokens: 0, .inputTokens: 0, .outputTokens: 0])
    _ = bench.enqueue(300, 100)
    #expect(used(bench)[.requests] == 0, "a call that waits has used nothing")
    #expect(bench.run(.seconds(1)).count == 1)
    #expect(
      used(bench) == [.requests: 1, .tokens: 400, .inputTokens: 300, .outputTokens: 100])
    bench.limiter.correct(
      LimitedCost(input: 300, output: 100), used: LimitedCost(input: 250, output: 160))
    #expect(
      used(bench) == [.requests: 1, .tokens: 410, .inputTokens: 250, .outputTokens: 160])
    _ = bench.run(.seconds(61))
    #expect(used(bench) == [.requests: 0, .tokens: 0, .inputTokens: 0, .outputTokens: 0])
  }

  @Test("a correction of what has left the minute makes no use below nothing")
  func neverNegative() throws {
    var bench = LimiterBench(try DeploymentLimits(tokensPerMinute: 600_000))
    _ = bench.enqueue(300, 100)
    #expect(bench.run(.seconds(70)).count == 1)
    bench.limiter.correct(LimitedCost(input: 300, output: 100), used: LimitedCost.none)
    #expect(used(bench) == [.tokens: 0])
  }
}
