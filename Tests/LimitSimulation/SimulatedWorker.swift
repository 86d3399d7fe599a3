import LLMGateway

/// A call on its way.
struct SimulatedCall {
  let worker: Int
  let partition: Int32
  let reserved: LimitedCost
  let used: LimitedCost
}

/// What a response states of the limits and of what they leave.
struct LimitHeaders {
  let requests: Int
  let tokens: Int
  let remainingRequests: Int
  let remainingTokens: Int
}

/// One worker: its limiter, its clock, and what waits.
struct SimulatedWorker {
  /// Enough that the limiter never lacks a call.
  static let depth = 4

  var limiter: RateLimiter
  /// How far its clock is ahead, in nanoseconds.
  let skew: Int64
  var owned: [Int32]
  var waiting: [RateLimiter.Ticket: SimulatedCall] = [:]
  /// When it is to look again; none: `Int64.max`.
  var wakeAt = Int64.max
  var cursor = 0

  /// Its own idea of a time of the simulation.
  func clock(_ time: Int64) -> WallTime {
    WallTime(nanoseconds: FleetSimulation.epoch + time + skew)
  }

  func time(_ clock: WallTime) -> Int64 { clock.nanoseconds - FleetSimulation.epoch - skew }

  mutating func setOwned(_ partitions: [Int32], of count: Int, at time: Int64) {
    owned = partitions
    limiter.setShare(.partitions(owned: Set(partitions), of: Int32(count)), at: clock(time))
  }
}
