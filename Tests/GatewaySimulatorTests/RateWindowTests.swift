import Testing

@testable import GatewaySimulator

/// What was taken when, and the plainest reading of what each window allows.
private struct NaiveWindow {
  let kind: GatewayBehavior.Window
  let limit: Int
  let capacity: Int
  var taken: [(time: Duration, amount: Int)] = []

  func allows(_ amount: Int, at now: Duration) -> Bool {
    switch kind {
    case .sliding:
      return sum { now.wholeSeconds - $0.wholeSeconds < 60 } + amount <= limit
    case .fixed:
      return sum { $0.wholeSeconds / 60 == now.wholeSeconds / 60 } + amount <= limit
    case .bucket:
      // From every earlier moment on, no more than a full bucket and what was refilled since.
      guard amount <= capacity else { return false }
      return taken.indices.allSatisfy { index in
        let since = taken[index...].reduce(amount) { $0 + $1.amount }
        let passed = (now - taken[index].time).wholeNanoseconds
        return Int128(since - capacity) * 60_000_000_000 <= Int128(limit) * Int128(passed)
      }
    }
  }

  private func sum(_ counts: (Duration) -> Bool) -> Int {
    taken.reduce(0) { $0 + (counts($1.time) ? $1.amount : 0) }
  }
}

@Suite("Rate windows")
struct RateWindowTests {
  @Test(
    "admit what a naive model admits, and the wait they tell is exact to the nanosecond",
    arguments: GatewayBehavior.Window.allCases)
  func naive(_ kind: GatewayBehavior.Window) throws {
    let seed = UInt64.random(in: 0 ... .max)
    print("rate windows, \(kind): seed \(seed)")
    var random = UnitRandom(seed: seed)
    func below(_ bound: Int) -> Int { Int(random.next() * Double(bound)) }
    var refusals = 0
    for _ in 0..<20 {
      let limit = 1 + below(200)
      let capacity = below(2) == 0 ? limit : 1 + below(2 * limit)
      var now = Duration.nanoseconds(below(200_000_000_000))
      var window = kind.empty(limit: limit, capacity: capacity, at: now)
      var naive = NaiveWindow(kind: kind, limit: limit, capacity: capacity)
      for _ in 0..<200 {
        now += .nanoseconds(below([1, 1_000_000_000, 5_000_000_000, 70_000_000_000][below(4)]))
        let amount = 1 + below(max(1, limit / 3))
        window.advance(to: now)
        let wait = window.wait(for: amount)
        #expect((wait == .zero) == naive.allows(amount, at: now), "seed \(seed)")
        guard let wait else {
          #expect(amount > (kind == .bucket ? capacity : limit), "seed \(seed)")
          continue
        }
        if wait == .zero {
          window.take(amount)
          naive.taken.append((now, amount))
        } else {
          refusals += 1
          #expect(naive.allows(amount, at: now + wait), "seed \(seed)")
          #expect(!naive.allows(amount, at: now + wait - .nanoseconds(1)), "seed \(seed)")
        }
      }
    }
    #expect(refusals > 100, "seed \(seed)")
  }

  @Test("reset is when nothing counts as taken", arguments: GatewayBehavior.Window.allCases)
  func reset(_ kind: GatewayBehavior.Window) {
    var window = kind.empty(limit: 60, capacity: nil, at: .zero)
    #expect(window.reset == .zero)
    window.advance(to: .seconds(10.5))
    window.take(30)
    let expected: Duration =
      switch kind {
      case .sliding: .seconds(59.5)
      case .fixed: .seconds(49.5)
      case .bucket: .seconds(30)
      }
    #expect(window.reset == expected)
    #expect(window.remaining == 30)
    window.advance(to: .seconds(10.5) + expected)
    #expect(window.reset == .zero)
    #expect(window.remaining == 60)
  }
}
