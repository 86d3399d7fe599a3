import Testing

@testable import LLMGateway

@Suite("Concurrency limit")
struct ConcurrencyLimitTests {
  /// Begins as many calls as there is room for.
  private func fill(_ limit: inout ConcurrencyLimit) -> [ConcurrencyLimit.Permit] {
    var permits: [ConcurrencyLimit.Permit] = []
    while let permit = limit.tryBegin() { permits.append(permit) }
    return permits
  }

  /// One round trip of all the calls that fit.
  private func round(_ limit: inout ConcurrencyLimit, _ outcome: ConcurrencyLimit.Outcome) {
    for permit in fill(&limit) { limit.end(permit, outcome) }
  }

  @Test("it starts at the bound, lets in no more, and room tells how many more it would")
  func bound() {
    var limit = ConcurrencyLimit(bound: 3)
    #expect(limit.room == 3)
    let permits = fill(&limit)
    #expect(permits.count == 3 && limit.inFlight == 3 && limit.room == 0)
    limit.end(permits[1], .neutral)
    #expect(limit.room == 1 && limit.limit == 3)
  }

  @Test("congestion takes a tenth away, once for all the calls that saw it")
  func decrease() {
    var limit = ConcurrencyLimit(bound: 100)
    let seen = fill(&limit)
    for permit in seen.prefix(40) { limit.end(permit, .congested) }
    #expect(limit.limit == 90 && limit.inFlight == 60 && limit.room == 30)
    let later = fill(&limit)
    for permit in seen.dropFirst(40) { limit.end(permit, .congested) }
    #expect(limit.limit == 90)
    for permit in later { limit.end(permit, .congested) }
    #expect(limit.limit == 81 && limit.inFlight == 0)
  }

  @Test("after a decrease nobody is let in until enough calls have ended")
  func overhang() {
    var limit = ConcurrencyLimit(bound: 10)
    let permits = fill(&limit)
    limit.end(permits[0], .congested)
    #expect(limit.limit == 9 && limit.inFlight == 9 && limit.room == 0)
    #expect(limit.tryBegin() == nil)
  }

  @Test("a limit that is used grows by one a window of successes, up to the bound")
  func increase() {
    var limit = ConcurrencyLimit(bound: 20)
    round(&limit, .congested)
    #expect(limit.limit == 18)
    round(&limit, .ok)
    #expect(limit.limit == 19)
    round(&limit, .ok)
    round(&limit, .ok)
    round(&limit, .ok)
    #expect(limit.limit == 20)
  }

  @Test("a limit of which less than half is used does not grow")
  func unused() {
    var limit = ConcurrencyLimit(bound: 20)
    round(&limit, .congested)
    func rounds(_ count: Int, of calls: Int) {
      for _ in 0..<count {
        let permits = (0..<calls).compactMap { _ in limit.tryBegin() }
        for permit in permits { limit.end(permit, .ok) }
      }
    }
    rounds(200, of: 8)
    #expect(limit.limit == 18)
    rounds(10, of: 9)
    #expect(limit.limit == 19)
  }

  @Test("successes of calls that began before a decrease do not undo it")
  func oldSuccesses() {
    var limit = ConcurrencyLimit(bound: 20)
    let permits = fill(&limit)
    limit.end(permits[0], .congested)
    for permit in permits.dropFirst() { limit.end(permit, .ok) }
    #expect(limit.limit == 18 && limit.inFlight == 0)
  }

  @Test("it never falls below one call")
  func least() {
    var limit = ConcurrencyLimit(bound: 7)
    for expected in [6, 5, 4, 3, 2, 1, 1, 1] {
      round(&limit, .congested)
      #expect(limit.limit == expected)
    }
    round(&limit, .ok)
    #expect(limit.limit == 2)
  }

  @Test(
    "a permit ended twice, as by a cancellation and by its call, frees one place and counts once")
  func idempotent() {
    var limit = ConcurrencyLimit(bound: 10)
    let permits = fill(&limit)
    limit.end(permits[0], .neutral)
    limit.end(permits[0], .congested)
    #expect(limit.inFlight == 9 && limit.room == 1 && limit.limit == 10)
  }

  @Test("after a restart it doubles each round trip, until the bound or congestion")
  func restart() {
    var limit = ConcurrencyLimit(bound: 100)
    let old = fill(&limit)
    for permit in old.dropFirst() { limit.end(permit, .neutral) }
    limit.restart()
    #expect(limit.limit == 2)
    limit.end(old[0], .congested)
    #expect(limit.limit == 2)
    for expected in [4, 8, 16, 32] {
      round(&limit, .ok)
      #expect(limit.limit == expected)
    }
    round(&limit, .congested)
    round(&limit, .ok)
    #expect(limit.limit == 29)
    limit.restart()
    for _ in 0..<6 { round(&limit, .ok) }
    #expect(limit.limit == 100)
  }

  @Test("no order of events brings it out of its bounds or leaks a place")
  func anyOrder() {
    var generator = SplitMix(seed: 7)
    var limit = ConcurrencyLimit(bound: 12)
    var out: [ConcurrencyLimit.Permit] = []
    var ended: [ConcurrencyLimit.Permit] = []
    var isBroken = false
    for _ in 0..<200_000 {
      switch generator.next() % 8 {
      case 0...3:
        let room = limit.room
        if let permit = limit.tryBegin() {
          out.append(permit)
        } else {
          isBroken = isBroken || room > 0
        }
      case 4: if let permit = ended.last { limit.end(permit, .congested) }
      case 5 where generator.next() % 100 == 0: limit.restart()
      default:
        guard !out.isEmpty else { continue }
        let permit = out.remove(at: Int(generator.next() % UInt64(out.count)))
        limit.end(permit, [.ok, .ok, .ok, .neutral, .congested][Int(generator.next() % 5)])
        ended = [permit]
      }
      isBroken =
        isBroken || !(1...12).contains(limit.limit) || limit.inFlight != out.count
        || limit.room != max(0, limit.limit - out.count)
    }
    #expect(!isBroken)
  }

  @Test(
    "timeouts, 503, 529 and 429s for shared capacity are congestion; nothing else is",
    arguments: [
      (.timeout, .congested), (.overloaded, .congested),
      (.rateLimited(.sharedCapacity), .congested), (.rateLimited(.ownLimit), .neutral),
      (.rateLimited(.unknown), .neutral), (.unreachable, .neutral), (.serverError, .neutral),
      (.cancelled, .neutral), (.deadlineExceeded, .neutral), (.quotaExhausted, .neutral),
      (.invalidRequest, .neutral),
    ] as [(GatewayError.Kind, ConcurrencyLimit.Outcome)])
  func outcome(kind: GatewayError.Kind, expected: ConcurrencyLimit.Outcome) {
    let error = GatewayError(kind: kind, deployment: "main", message: "")
    #expect(ConcurrencyLimit.Outcome(error) == expected)
  }
}
