import LLMGateway
import TestSupport

/// Runs a ``FleetScenario`` on a virtual clock: no sockets, no sleeping, one seed, one result.
///
/// A call reaches the gateway 5 to 25 ms after it was admitted and is answered after 0.5 to 3 s, or
/// refused 50 ms after it was sent. Once a minute one worker gives up its partitions, which then
/// belong to nobody for 1 to 3 s and go to random workers; a single worker gives up half of its own
/// and gets them back.
public struct FleetSimulation {
  static let second: Int64 = 1_000_000_000
  static let roundTrip: Int64 = 50_000_000
  /// 2025-10-09; any time will do.
  static let epoch: Int64 = 1_760_000_123_456_789_000

  enum Event {
    case start(Int)
    case wake(Int)
    case arrive(SimulatedCall, sent: Int64)
    case reply(SimulatedCall, LimitHeaders, sent: Int64)
    case refuse(SimulatedCall, retryAfter: Int64, LimitHeaders, sent: Int64)
    case revoke
    case assign([Int32])
    case message(Int)
    case outside
    case halve
  }

  let scenario: FleetScenario
  var random: SeededGenerator
  var events = EventQueue<Event>()
  var gateway: GatewayWindow
  var workers: [SimulatedWorker] = []
  /// Messages that wait in each partition.
  var pending: [Int]
  private var use: FleetUse

  /// - Throws: `DeploymentError` for limits that are none.
  public static func run(_ scenario: FleetScenario) throws -> FleetUse {
    var simulation = try FleetSimulation(scenario)
    simulation.begin()
    let end = Int64(scenario.minutes) * 60 * second
    while let (time, event) = simulation.events.next(), time < end {
      simulation.handle(event, at: time)
    }
    return simulation.use
  }

  private init(_ scenario: FleetScenario) throws {
    self.scenario = scenario
    random = SeededGenerator(seed: scenario.seed)
    gateway = GatewayWindow(
      requestLimit: scenario.requestsPerMinute, tokenLimit: scenario.tokensPerMinute)
    use = FleetUse(scenario)
    pending = [Int](
      repeating: scenario.arrivals == .backlog ? 1 << 40 : 0, count: scenario.partitions)
    let limits = try DeploymentLimits(
      requestsPerMinute: Int(Double(scenario.requestsPerMinute) * scenario.believed),
      tokensPerMinute: Int(Double(scenario.tokensPerMinute) * scenario.believed))
    for index in 0..<scenario.workers {
      let milliseconds = between(
        -scenario.skewMilliseconds, scenario.skewMilliseconds)
      let skew = Int64(milliseconds * 1e6)
      let owned = (0..<Int32(scenario.partitions)).filter { Int($0) % scenario.workers == index }
      workers.append(
        SimulatedWorker(
          limiter: RateLimiter(
            limits, share: .partitions(owned: Set(owned), of: Int32(scenario.partitions)),
            at: WallTime(nanoseconds: Self.epoch + skew)),
          skew: skew, owned: owned))
    }
  }

  private mutating func begin() {
    for index in workers.indices {
      events.add(.start(index), at: Int64(between(0, 2_000) * 1e6))
    }
    for minute in 1..<max(1, scenario.unrestMinutes) {
      events.add(.revoke, at: Int64(minute) * 60 * Self.second + Int64(between(1, 56) * 1e9))
    }
    if case .zipf = scenario.arrivals {
      for partition in pending.indices { addMessage(partition, after: 0) }
    }
    if scenario.outside > 0 { events.add(.outside, at: 0) }
    if let minute = scenario.halvedAtMinute {
      events.add(.halve, at: Int64(minute) * 60 * Self.second)
    }
  }

  private mutating func handle(_ event: Event, at time: Int64) {
    switch event {
    case .start(let index): run(index, at: time)
    case .wake(let index):
      guard workers[index].wakeAt == time else { return }
      run(index, at: time)
    case .arrive(let call, let sent): arrive(call, sent: sent, at: time)
    case .reply(let call, let headers, let sent):
      observe(headers, call.worker, sent: sent, at: time)
      workers[call.worker].limiter.correct(call.reserved, used: call.used)
      run(call.worker, at: time)
    case .refuse(let call, let retryAfter, let headers, let sent):
      observe(headers, call.worker, sent: sent, at: time)
      workers[call.worker].limiter.refused(
        retryAfter: .nanoseconds(retryAfter), at: workers[call.worker].clock(time))
      pending[Int(call.partition)] += 1
      run(call.worker, at: time)
    case .revoke: revoke(at: time)
    case .assign(let partitions): assign(partitions, at: time)
    case .message(let partition):
      pending[partition] += 1
      addMessage(partition, after: time)
      if let owner = workers.firstIndex(where: { $0.owned.contains(Int32(partition)) }),
        workers[owner].waiting.count < SimulatedWorker.depth
      {
        run(owner, at: time)
      }
    case .outside: sendFromOutside(at: time)
    case .halve: gateway.halve()
    }
  }

  /// Has calls wait, sends what may go, and plans the next look.
  mutating func run(_ index: Int, at time: Int64) {
    let clock = workers[index].clock(time)
    while true {
      topUp(index, at: clock)
      let progress = workers[index].limiter.advance(to: clock)
      for ticket in progress.admitted {
        guard let call = workers[index].waiting.removeValue(forKey: ticket) else { continue }
        use.sent.append(FleetUse.Sending(worker: index, time: time))
        events.add(.arrive(call, sent: time), at: time + Int64(between(5, 25) * 1e6))
      }
      guard progress.admitted.isEmpty else { continue }
      let wakeAt = progress.next.map { workers[index].time($0) } ?? .max
      if wakeAt != workers[index].wakeAt {
        workers[index].wakeAt = wakeAt
        if wakeAt < .max { events.add(.wake(index), at: wakeAt) }
      }
      return
    }
  }

  private mutating func topUp(_ index: Int, at clock: WallTime) {
    let owned = workers[index].owned
    var tries = owned.count
    while tries > 0, workers[index].waiting.count < SimulatedWorker.depth {
      workers[index].cursor += 1
      let partition = owned[workers[index].cursor % owned.count]
      guard pending[Int(partition)] > 0 else {
        tries -= 1
        continue
      }
      tries = owned.count
      pending[Int(partition)] -= 1
      let input = Int(Double(scenario.input) * between(0.7, 1.3))
      let expected = Double(scenario.output) * between(0.8, 1.2)
      let reserved = LimitedCost(input: input, output: Int(expected))
      let ticket = workers[index].limiter.enqueue(reserved, lane: .interactive, at: clock)
      workers[index].waiting[ticket] = SimulatedCall(
        worker: index, partition: partition, reserved: reserved,
        used: LimitedCost(input: input, output: Int(expected * between(0.7, 1.3))))
    }
  }

  private mutating func arrive(_ call: SimulatedCall, sent: Int64, at time: Int64) {
    let tokens = call.used.input + call.used.output
    let answer = gateway.admit(tokens: tokens, at: time)
    let headers = gateway.headers
    switch answer {
    case .admitted:
      use.requests[Int(time / Self.second)] += 1
      use.tokens[Int(time / Self.second)] += tokens
      events.add(
        .reply(call, headers, sent: sent), at: sent + Int64(between(500, 3_000) * 1e6))
    case .refused(let retryAfter):
      use.refusals.append(FleetUse.Sending(worker: call.worker, time: sent))
      let seen = sent + Self.roundTrip
      events.add(
        .refuse(call, retryAfter: max(0, time + retryAfter - seen), headers, sent: sent),
        at: seen)
    }
  }

  private mutating func observe(
    _ headers: LimitHeaders, _ index: Int, sent: Int64, at time: Int64
  ) {
    guard scenario.believed == 1 else { return }
    workers[index].limiter.observeLimits(
      requests: headers.requests, tokens: headers.tokens, sentAt: workers[index].clock(sent),
      at: workers[index].clock(time))
    workers[index].limiter.observeRemaining(
      requests: headers.remainingRequests, tokens: headers.remainingTokens,
      at: workers[index].clock(time))
  }

  private mutating func sendFromOutside(at time: Int64) {
    _ = gateway.admit(tokens: scenario.input + scenario.output, at: time)
    let gap = 60e9 / (scenario.capacity * scenario.outside)
    events.add(.outside, at: time + Int64(gap * between(0.5, 1.5)))
  }

  /// A number drawn evenly from low to high.
  mutating func between(_ low: Double, _ high: Double) -> Double {
    low + (high - low) * (Double(random.next() >> 11) * 0x1p-53)
  }
}
