import LLMGateway

/// What it costs to have a call wait and to ask who may go, with many waiting.
enum ReservationCost {
  private static let waiters = 10_000
  private static let reservations = 200_000

  /// - Returns: The 99th percentile in microseconds of one `enqueue` and the `advance` after it,
  ///   while 10,000 wait and each advance admits one in the mean.
  static func measure() throws -> Double {
    let limits = try DeploymentLimits(requestsPerMinute: 60_000, tokensPerMinute: 60_000_000)
    let cost = LimitedCost(input: 600, output: 200)
    var now = WallTime(nanoseconds: 1_760_000_000_000_000_000)
    var limiter = RateLimiter(
      limits, share: .partitions(owned: Set(0..<128), of: 256), at: now)
    for index in 0..<waiters {
      _ = limiter.enqueue(cost, lane: index % 10 == 0 ? .backfill : .interactive, at: now)
    }
    var admitted = 0
    var times: [Duration] = []
    times.reserveCapacity(reservations)
    for index in 0..<reservations {
      // The rate is 496 calls a second.
      now = now + .microseconds(2_016)
      let begin = ContinuousClock.now
      _ = limiter.enqueue(cost, lane: index % 10 == 0 ? .backfill : .interactive, at: now)
      admitted += limiter.advance(to: now).admitted.count
      times.append(.now - begin)
    }
    times.sort()
    print("\(admitted) of \(reservations) admitted while \(waiters) waited")
    return times[reservations * 99 / 100] / .microseconds(1)
  }
}
