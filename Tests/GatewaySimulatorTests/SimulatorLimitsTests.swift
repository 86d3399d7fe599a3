import Testing

@testable import GatewaySimulator

@Suite("Simulator limits")
struct SimulatorLimitsTests {
  private typealias Settings = SimulatorLimits.Settings

  private func remaining(_ limits: SimulatorLimits) -> [Int?] {
    [limits.standing.requests?.remaining, limits.standing.tokens?.remaining]
  }

  @Test("all dimensions are checked together and a refusal takes of none")
  func together() {
    var limits = SimulatorLimits(Settings(requests: 3, tokens: 100), at: .zero)
    #expect(limits.admit(.init(tokens: 90), at: .zero) == nil)
    let refusal = limits.admit(.init(tokens: 20), at: .seconds(1))
    #expect(refusal?.dimension == .tokens)
    #expect(refusal?.remaining == 10)
    #expect(refusal?.requested == 20)
    #expect(refusal?.wait == .seconds(59))
    #expect(remaining(limits) == [2, 10])
    #expect(limits.admit(.init(tokens: 5), at: .seconds(2)) == nil)
    #expect(limits.admit(.init(tokens: 5), at: .seconds(2)) == nil)
    let second = limits.admit(.init(tokens: 90), at: .seconds(3))
    // Requests are free again after 57 s, tokens only with the first as well; both at second 60.
    #expect(second?.wait == .seconds(57))
    #expect(limits.admit(.init(tokens: 0), at: .seconds(59.999)) != nil)
    #expect(limits.admit(.init(tokens: 90), at: .seconds(60)) == nil)
  }

  @Test("what can never be admitted is told no time")
  func tooLarge() {
    var limits = SimulatorLimits(Settings(requests: 3, tokens: 100), at: .zero)
    let refusal = limits.admit(.init(tokens: 101), at: .zero)
    #expect(refusal?.dimension == .tokens)
    #expect(refusal != nil && refusal?.wait == nil)
  }

  @Test("a limit that is halved keeps what is taken, one that is removed limits nothing")
  func changed() {
    var limits = SimulatorLimits(Settings(requests: 10), at: .zero)
    for _ in 0..<6 { #expect(limits.admit(.init(tokens: 1), at: .zero) == nil) }
    limits.change(to: Settings(requests: 5), at: .seconds(1))
    #expect(limits.admit(.init(tokens: 1), at: .seconds(1))?.wait == .seconds(59))
    limits.change(to: Settings(), at: .seconds(1))
    #expect(limits.admit(.init(tokens: 1), at: .seconds(1)) == nil)
    #expect(limits.standing == SimulatorLimits.Standing())
  }

  @Test("outside traffic takes its load, and never more than is left")
  func outsideLoad() {
    let settings = Settings(
      requests: 100, tokens: 1_000, outsideRequests: 50, outsideTokens: 6_000)
    var limits = SimulatorLimits(settings, at: .zero)
    limits.advance(to: .seconds(59))
    #expect(remaining(limits) == [50, 0])
    // The same after an hour without a look.
    limits.advance(to: .seconds(3_700))
    #expect(remaining(limits) == [50, 0])
    #expect(limits.admit(.init(tokens: 1), at: .seconds(3_700)).map { $0.wait == nil } == true)
  }

  @Test(
    "with outside traffic the wait told is the time until the request is admitted",
    arguments: GatewayBehavior.Window.allCases)
  func outsideWait(_ window: GatewayBehavior.Window) throws {
    let seed = UInt64.random(in: 0 ... .max)
    print("outside traffic, \(window): seed \(seed)")
    var random = UnitRandom(seed: seed)
    var limits = SimulatorLimits(
      Settings(
        requests: 60, tokens: 6_000, window: window, outsideRequests: 17, outsideTokens: 2_100),
      at: .zero)
    var now = Duration.zero
    var refusals = 0
    for _ in 0..<600 {
      now += .nanoseconds(Int64(random.next() * 1.2e9))
      let demand = SimulatorLimits.Demand(tokens: Int(random.next() * 400))
      guard let refusal = limits.admit(demand, at: now) else { continue }
      refusals += 1
      let wait = try #require(refusal.wait, "seed \(seed)")
      var early = limits
      var late = limits
      #expect(early.admit(demand, at: now + wait - .nanoseconds(1)) != nil, "seed \(seed)")
      #expect(late.admit(demand, at: now + wait) == nil, "seed \(seed)")
    }
    #expect(refusals > 20, "seed \(seed)")
  }

  @Test("refused requests count only where they are told to")
  func countRefused() {
    var behavior = GatewayBehavior()
    behavior.requestsPerMinute = 1
    behavior.countRefused = true
    var desk = AdmissionDesk(behavior, seed: 0, at: .zero)
    let receipt = desk.receive(isAuthorized: true, at: .zero)
    #expect(desk.admit(tokens: 1, receipt, at: .zero).isAdmitted)
    for second in [30, 89] {
      guard
        case .refused(.rateLimited(let refusal), _) = desk.admit(
          tokens: 1, receipt, at: .seconds(second))
      else {
        Issue.record("admitted in second \(second)")
        return
      }
      #expect(refusal.wait == .seconds(60))
    }
    behavior.countRefused = false
    desk.change(to: behavior, at: .seconds(90))
    _ = desk.admit(tokens: 1, receipt, at: .seconds(100))
    #expect(desk.admit(tokens: 1, receipt, at: .seconds(149)).isAdmitted)
  }

  @Test("a schema breach promised to the next request is not used up by one that is refused")
  func invalidReplyKept() {
    var behavior = GatewayBehavior()
    behavior.invalidReplies = 1
    behavior.quotaAfter = 0
    var desk = AdmissionDesk(behavior, seed: 0, at: .zero)
    let receipt = desk.receive(isAuthorized: true, at: .zero)
    #expect(receipt.breaksSchema)
    #expect(!desk.admit(tokens: 1, receipt, at: .zero).isAdmitted)
    #expect(desk.behavior.invalidReplies == 1)
  }
}

extension AdmissionDesk.Verdict {
  fileprivate var isAdmitted: Bool {
    if case .admitted = self { true } else { false }
  }
}
