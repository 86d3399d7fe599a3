import TestSupport
import Testing

@testable import LLMGateway

@Suite("Rate limiter: against its model")
struct RateLimiterPropertyTests {
  private static let rounds = 520
  private static let steps = 1_000

  enum Dimensions: CaseIterable { case requests, tokens }

  @Test("it agrees with its model through 1,040,000 random steps", arguments: Dimensions.allCases)
  func agreesWithModel(dimensions: Dimensions) throws {
    print("RateLimiter, \(dimensions): SEED=\(SeededGenerator.seed)")
    var seeds = SeededGenerator(seed: SeededGenerator.seed)
    var admitted = 0
    var exact = 0
    for round in 0..<Self.rounds {
      var run = try RateLimiterRun(
        hasRequests: dimensions == .requests, random: SeededGenerator(seed: seeds.next()))
      for step in 0..<Self.steps {
        if let wrong = run.step() {
          Issue.record("SEED=\(SeededGenerator.seed) round \(round) step \(step): \(wrong)")
          return
        }
      }
      admitted += run.admittedCount
      exact += run.exactCount
    }
    print("RateLimiter, \(dimensions): \(admitted) admitted, \(exact) times checked to be exact")
    #expect(admitted > Self.rounds * Self.steps / 20)
    #expect(exact > Self.rounds * Self.steps / 20)
  }
}

/// A limiter and its model, stepped together.
struct RateLimiterRun {
  private var limiter: RateLimiter
  private var model: RateLimiterModel
  private var random: SeededGenerator
  private var share = LimitShare.partitions(owned: [0], of: 4)
  private var seenRequests: Int?
  private var running: [LimitedCost] = []
  private var next: Int64?
  private(set) var admittedCount = 0
  private(set) var exactCount = 0

  init(hasRequests: Bool, random: SeededGenerator) throws {
    self.random = random
    let start: Int64 = 1_760_000_000_000_000_000
    let floors = [0.5, 0.9, 1]
    let apart = self.random.oneIn(2)
    let limits = try DeploymentLimits(
      requestsPerMinute: hasRequests ? [60, 600, 1_500][self.random.below(3)] : nil,
      tokensPerMinute: apart ? nil : 600_000, inputTokensPerMinute: apart ? 600_000 : nil,
      outputTokensPerMinute: apart ? 300_000 : nil,
      burst: .milliseconds(100 + self.random.below(400)),
      interactiveFloor: floors[self.random.below(3)])
    limiter = RateLimiter(limits, share: share, at: WallTime(nanoseconds: start))
    model = RateLimiterModel(limits, at: start)
    model.takeShare(share, requests: limits.requestsPerMinute)
    // The first call's wait may be moved by the share's phase; that of partition 0 is none.
    let first = limiter.enqueue(.none, lane: .interactive, at: clock)
    limiter.cancel(first)
    follow()
  }

  private var clock: WallTime { WallTime(nanoseconds: model.now) }
  private var requestLimit: Int? {
    model.limits.requestsPerMinute.map { min($0, seenRequests ?? $0) }
  }

  /// - Returns: What the limiter did wrong.
  mutating func step() -> String? {
    switch random.below(100) {
    case 0..<34: enqueue()
    case 34..<40: cancel()
    case 40..<46: correct()
    case 46: setShare()
    case 47: observe()
    case 48: refuse()
    case 49: model.move(to: model.now - Int64(random.below(2_000_000_000)))
    default: moveOn()
    }
    return advance()
  }

  private mutating func moveOn() {
    let duration =
      switch random.below(4) {
      case 0: next.map { $0 - model.now } ?? 1
      case 1: Int64(random.below(1_000_000))
      case 2: Int64(random.below(100_000_000))
      default: Int64(random.below(2_000_000_000))
      }
    model.move(to: model.now + max(0, duration))
  }

  private mutating func enqueue() {
    guard model.interactive.count + model.backfill.count < 12 else { return }
    let cost = LimitedCost(input: random.below(3_000), output: random.below(1_000))
    let lane = CallLane.allCases[random.below(2)]
    model.clip()
    let ticket = limiter.enqueue(cost, lane: lane, at: clock)
    let waiter = RateLimiterModel.Waiter(ticket: ticket, cost: cost)
    switch lane {
    case .interactive: model.interactive.append(waiter)
    case .backfill: model.backfill.append(waiter)
    }
  }

  private mutating func cancel() {
    let waiters = model.interactive + model.backfill
    guard !waiters.isEmpty else { return }
    let ticket = waiters[random.below(waiters.count)].ticket
    limiter.cancel(ticket)
    model.cancel(ticket)
  }

  private mutating func correct() {
    guard let reserved = running.popLast() else { return }
    guard !random.oneIn(4) else { return limiter.correct(reserved, used: nil) }
    let used = LimitedCost(input: reserved.input, output: random.below(1_500))
    limiter.correct(reserved, used: used)
    model.correct(reserved, used)
  }

  private mutating func setShare() {
    let count = Int32(1 + random.below(16))
    let owned = (0..<count).filter { _ in !random.oneIn(3) }
    let share = LimitShare.partitions(owned: Set(owned), of: count)
    guard share != self.share else { return }
    self.share = share
    model.clip()
    limiter.setShare(share, at: clock)
    model.takeShare(share, requests: requestLimit)
  }

  private mutating func observe() {
    let factor = 1 + random.below(4)
    let before = requestLimit
    let requests = model.limits.requestsPerMinute.map { $0 * factor / 2 }
    limiter.observeLimits(
      requests: requests, tokens: 300_000 * factor, inputTokens: 300_000 * factor, sentAt: clock,
      at: clock)
    if let requests { seenRequests = requests }
    if requestLimit != before { model.takeShare(share, requests: requestLimit) }
  }

  private mutating func refuse() {
    // Known to come of a lowered limit, so that no turns are left out; the scale has tests of its own.
    limiter.feedback.lowered(at: model.now)
    let pause = Int64(random.below(3_000_000_000))
    limiter.refused(retryAfter: .nanoseconds(pause), at: clock)
    model.pause(until: model.now + pause + 1_000_000_000)
  }

  private mutating func advance() -> String? {
    let progress = limiter.advance(to: clock)
    next = progress.next?.nanoseconds
    follow()
    for ticket in progress.admitted {
      if let cost = model.head?.waiter.cost { running.append(cost) }
      if let wrong = model.admit(ticket) { return wrong }
      admittedCount += 1
    }
    running = running.suffix(20)
    if let wrong = compareLevels() { return wrong }
    guard let head = model.head?.waiter else {
      return next == nil ? nil : "named a time, and nobody waits"
    }
    if model.mayGo(head.cost, at: model.now, slack: -RateLimiterModel.slack) {
      return "did not admit one that may go"
    }
    guard let next else {
      return model.owned.isEmpty ? nil : "no time for one that waits"
    }
    exactCount += 1
    if next <= model.now { return "named a time that is past" }
    if !model.mayGo(head.cost, at: next, slack: RateLimiterModel.slack) {
      return "named a time that is too early"
    }
    if model.mayGo(head.cost, at: next - 1, slack: -RateLimiterModel.slack) {
      return "named a time that is too late"
    }
    return nil
  }

  /// Takes over the rates, which tests of their own judge.
  private mutating func follow() {
    for (index, meter) in limiter.meters.enumerated() {
      model.meters[index].rate = meter.hasShare ? 1 / meter.perToken : 0
    }
  }

  private mutating func compareLevels() -> String? {
    for (index, meter) in limiter.meters.enumerated() {
      let level = meter.level(at: limiter.accrualTime)
      guard abs(level - model.meters[index].level) < RateLimiterModel.slack else {
        return "\(meter.dimension): level \(level), by the model \(model.meters[index].level)"
      }
      model.meters[index].level = level
    }
    return nil
  }
}
