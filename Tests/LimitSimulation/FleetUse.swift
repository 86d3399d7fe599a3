/// What a gateway admitted and refused in one run.
public struct FleetUse: Sendable {
  public let scenario: FleetScenario
  /// The fleet's, by the second of arrival.
  var requests: [Int]
  var tokens: [Int]
  /// Those that were refused.
  var refusals: [Sending] = []
  var sent: [Sending] = []

  /// A call that left, in nanoseconds since the start.
  struct Sending: Sendable, Hashable {
    let worker: Int
    let time: Int64
  }

  init(_ scenario: FleetScenario) {
    self.scenario = scenario
    requests = [Int](repeating: 0, count: scenario.minutes * 60 + 60)
    tokens = requests
  }

  public var refused: Int { refusals.count }

  /// When the fleet sent, in nanoseconds since the start.
  public var sendTimes: [Int64] { sent.map(\.time) }

  /// Calls that arrived after the first minute.
  public var admitted: Int { requests[60...].reduce(0, +) }

  /// The part of the binding limit used over whole minutes.
  public func used(_ minutes: Range<Int>) -> Double {
    let parts = minutes.map(parts)
    let count = Double(parts.count)
    return max(
      parts.reduce(0) { $0 + $1.requests } / count, parts.reduce(0) { $0 + $1.tokens } / count)
  }

  /// The same in the lowest of the minutes.
  public func lowestUsed(_ minutes: Range<Int>) -> Double {
    minutes.map { max(parts($0).requests, parts($0).tokens) }.min() ?? 0
  }

  private func parts(_ minute: Int) -> (requests: Double, tokens: Double) {
    let seconds = minute * 60..<minute * 60 + 60
    let share = scenario.halvedAtMinute.map { minute >= $0 } == true ? 0.5 : 1
    return (
      Double(requests[seconds].reduce(0, +)) / (Double(scenario.requestsPerMinute) * share),
      Double(tokens[seconds].reduce(0, +)) / (Double(scenario.tokensPerMinute) * share)
    )
  }

  /// Over the minutes that no rebalance touched.
  public var calmUsed: Double { used(scenario.unrestMinutes..<scenario.minutes) }
  public var lowestCalmUsed: Double { lowestUsed(scenario.unrestMinutes..<scenario.minutes) }
  /// Over all minutes with a rebalance in each, without the first.
  public var unrestUsed: Double { used(1..<scenario.unrestMinutes) }

  /// In the second window after the limit was halved.
  public var usedAfterHalving: Double {
    guard let minute = scenario.halvedAtMinute else { return 0 }
    return used(minute + 1..<minute + 2)
  }

  /// What may be refused after the limit was halved: one call a worker, and what each worker that was
  /// refused had sent besides within a round trip, before it knew.
  ///
  /// The fleet's calls within its first round trip and one a worker are about as many. But a worker
  /// cannot know what another one was told, so that count is exceeded by a few in one run of 70.
  public var allowedRefusals: Int {
    var firsts: [Int: Int64] = [:]
    for refusal in refusals {
      firsts[refusal.worker] = min(firsts[refusal.worker] ?? .max, refusal.time)
    }
    let unaware = sent.count { sending in
      firsts[sending.worker].map {
        $0 <= sending.time && sending.time <= $0 + FleetSimulation.roundTrip
      } ?? false
    }
    return scenario.workers + unaware - firsts.count
  }
}
