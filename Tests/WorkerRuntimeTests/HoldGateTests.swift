import TestSupport
import Testing
import WorkerRuntime

@Suite("Hold gate")
struct HoldGateTests {
  private static let backoff: ClosedRange<Duration> = .milliseconds(100) ... .seconds(5)

  /// 500 messages against a gateway that is down for a while, in virtual time.
  private struct Outage {
    var gate = HoldGate(backoff: HoldGateTests.backoff)
    var random: SeededGenerator
    var calls = 0
    var done = 0
    var running: [(ticket: HoldGate.Ticket, endsAt: ContinuousClock.Instant)] = []
    var waiting = 500

    mutating func run(from begin: ContinuousClock.Instant, until: ContinuousClock.Instant, up: Bool)
    {
      var now = begin
      while now < until, done < 500 {
        for ended in running.filter({ $0.endsAt <= now }) {
          let jitter = Double(random.below(1_000)) / 1_000
          gate.end(ended.ticket, up ? .through : .held(after: nil), at: now, jitter: jitter)
          if up { done += 1 } else { waiting += 1 }
        }
        running.removeAll { $0.endsAt <= now }
        while waiting > 0, case .go(let ticket) = gate.begin(at: now) {
          waiting -= 1
          calls += 1
          running.append((ticket, now + .milliseconds(5 + random.below(50))))
        }
        now += .milliseconds(5)
      }
    }
  }

  @Test("60 s of outage cost at most 1.1 calls a message, and all go through within seconds after")
  func outage() {
    print("HoldGate: SEED=\(SeededGenerator.seed)")
    var seeds = SeededGenerator(seed: SeededGenerator.seed)
    for _ in 0..<20 {
      var outage = Outage(random: SeededGenerator(seed: seeds.next()))
      outage.run(from: start, until: start + .seconds(60), up: false)
      #expect((500...550).contains(outage.calls), "\(outage.calls) calls")
      outage.run(from: start + .seconds(60), until: start + .seconds(68), up: true)
      #expect(outage.done == 500, "\(outage.done) of 500 within 8 s")
      #expect(outage.gate.isOpen)
    }
  }

  @Test(
    "while it is closed no more probes run than have got through before, none before their time")
  func bounds() throws {
    var random = SeededGenerator(seed: SeededGenerator.seed)
    var gate = HoldGate(backoff: Self.backoff)
    var now = start
    var opened = 0
    var running: [(ticket: HoldGate.Ticket, closing: Int, isProbe: Bool)] = []
    var closing = 0
    var limit: Int?
    var wait = Self.backoff.lowerBound
    var notBefore = start
    for step in 0..<200_000 {
      let place: Comment = "SEED=\(SeededGenerator.seed) step \(step)"
      now += .milliseconds(random.below(20))
      if running.isEmpty || (running.count < 100 && random.oneIn(2)) {
        let probes = running.count { $0.isProbe && $0.closing == closing }
        let may = limit.map { now >= notBefore && probes < $0 } ?? true
        switch gate.begin(at: now) {
        case .go(let ticket):
          try #require(may, place)
          running.append((ticket, closing, limit != nil))
        case .wait(let until):
          try #require(!may && until > now, place)
        }
        continue
      }
      let ended = running.remove(at: random.below(running.count))
      let isHeld = random.oneIn(6)
      gate.end(ended.ticket, isHeld ? .held(after: nil) : .through, at: now, jitter: 0)
      let counts = ended.closing == closing && (limit == nil || ended.isProbe)
      if counts, isHeld {
        closing += limit == nil ? 1 : 0
        wait = limit == nil ? Self.backoff.lowerBound : min(wait * 2, Self.backoff.upperBound)
        limit = 1
        notBefore = now + wait / 2
      } else if counts, let most = limit {
        limit = most < 64 ? most * 2 : nil
        wait = Self.backoff.lowerBound
      }
      try #require(gate.isOpen == (limit == nil), place)
      opened += limit == nil ? 1 : 0
    }
    #expect(opened > 1_000 && closing > 100)
  }
}
