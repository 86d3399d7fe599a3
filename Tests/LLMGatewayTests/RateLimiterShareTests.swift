import Testing

@testable import LLMGateway

@Suite("Rate limiter: shares of a fleet")
struct RateLimiterShareTests {
  private static func share(_ owned: Set<Int32>, of count: Int32) -> LimitShare {
    .partitions(owned: owned, of: count)
  }

  @Test("the fleet's requests are evenly spaced though nobody talks to anybody")
  func takesTurns() throws {
    let limits = try DeploymentLimits(requestsPerMinute: 60)
    var times: [WallTime] = []
    for worker in 0..<Int32(64) {
      var bench = LimiterBench(limits, share: Self.share([worker], of: 64))
      for _ in 0..<20 { _ = bench.enqueue(1) }
      times += bench.run(.seconds(600)).map(\.at)
    }
    times.sort()
    #expect(Double(times.count) / 600 >= 0.99)
    for (earlier, later) in zip(times, times.dropFirst()) {
      #expect(later - earlier > .milliseconds(1_007))
      #expect(later - earlier < .milliseconds(1_009))
    }
  }

  @Test("a partition that moves is never counted twice")
  func movesPartitions() throws {
    let limits = try DeploymentLimits(requestsPerMinute: 600)
    var first = LimiterBench(limits, share: Self.share([0, 1, 2, 3], of: 4))
    var second = LimiterBench(limits, share: Self.share([], of: 4))
    for _ in 0..<2_000 {
      _ = first.enqueue(1)
      _ = second.enqueue(1)
    }
    var admitted = 0
    for round in 0..<200 {
      let moved: Set<Int32> = round.isMultiple(of: 2) ? [0, 2] : [0, 1, 2, 3]
      first.limiter.setShare(Self.share(moved, of: 4), at: first.now)
      second.limiter.setShare(
        Self.share(Set(0..<4).subtracting(moved), of: 4), at: second.now)
      admitted += first.run(.milliseconds(300)).count + second.run(.milliseconds(300)).count
    }
    #expect(admitted <= 600)
    #expect(admitted >= 590)
  }

  @Test("gaining partitions adds no tokens, losing them takes none, and debts stay")
  func keepsTokens() throws {
    func level(_ limiter: RateLimiter, _ now: WallTime) -> Double {
      limiter.figures(at: now).limits[0].level
    }
    var bench = LimiterBench(
      try DeploymentLimits(tokensPerMinute: 6_000_000), share: Self.share([0, 1], of: 12))
    _ = bench.enqueue(1_000_000)
    bench.advance(.seconds(3))
    let changes: [(Set<Int32>, Int)] = [
      (Set(0..<12), 0), ([5], 200_000), ([], 0), ([1, 2], 0),
    ]
    for (owned, owed) in changes {
      bench.limiter.correct(LimitedCost.none, used: LimitedCost(input: owed, output: 0))
      let before = level(bench.limiter, bench.now)
      bench.limiter.setShare(Self.share(owned, of: 12), at: bench.now)
      #expect(abs(level(bench.limiter, bench.now) - before) < 1)
    }
    #expect(level(bench.limiter, bench.now) < -100_000)
  }

  @Test("without partitions nothing goes, and what waits goes on with the next ones")
  func waitsForShare() throws {
    for limits in [
      try DeploymentLimits(requestsPerMinute: 600), try DeploymentLimits(tokensPerMinute: 600_000),
      try DeploymentLimits(),
    ] {
      var bench = LimiterBench(limits, share: Self.share([], of: 12))
      _ = bench.enqueue(100)
      #expect(bench.advance(.seconds(100)) == .init(admitted: [], next: nil))
      bench.limiter.setShare(Self.share([3], of: 12), at: bench.now)
      #expect(bench.run(.seconds(10)).count == 1)
    }
  }

  @Test("a fixed part gives that part", arguments: [1.0, 0.25, 0.01])
  func fixedPart(part: Double) throws {
    var bench = LimiterBench(
      try DeploymentLimits(requestsPerMinute: 60_000, tokensPerMinute: 600_000_000),
      share: .fixed(part))
    for _ in 0..<12_000 { _ = bench.enqueue(100) }
    let used = Double(bench.run(.seconds(10)).count) / (10_000 * part)
    #expect(used > 0.97 && used <= 1)
  }

  @Test("partitions out of range and parts out of range do not count")
  func shareBounds() {
    #expect(LimitShare.partitions(owned: [-1, 0, 12, 13], of: 12).fraction == 1.0 / 12)
    #expect(LimitShare.partitions(owned: [0], of: 0).fraction == 0)
    #expect(LimitShare.fixed(2).fraction == 1)
    #expect(LimitShare.fixed(.nan).fraction == 0)
  }

  @Test("workers that start together with small shares do not send together")
  func staggers() throws {
    let limits = try DeploymentLimits(tokensPerMinute: 192_000)
    var times: [WallTime] = []
    for worker in 0..<Int32(64) {
      var bench = LimiterBench(limits, share: Self.share([worker], of: 64))
      for _ in 0..<20 { _ = bench.enqueue(1_500, 500) }
      times += bench.run(.seconds(600)).map(\.at)
    }
    times.sort()
    for (index, time) in times.enumerated() {
      // Each sends every 46 s: 64 together would be 128 in a window, and 96 are allowed.
      #expect(times[index...].prefix { $0 - time < .seconds(60) }.count <= 96)
    }
  }
}
