import Testing

@testable import LLMGateway

@Suite("Retry budget")
struct RetryBudgetTests {
  private let start = ContinuousClock.now

  @Test("a hundred first calls pay for ten retries beside the reserve")
  func share() {
    var budget = RetryBudget(.init(share: 0.1, reserve: 2))
    for _ in 0..<100 { budget.deposit(at: start) }
    var taken = 0
    while budget.withdraw(at: start) { taken += 1 }
    #expect(taken == 12)
    #expect(budget.balance(at: start) == 0)
  }

  @Test("a client that is seldom used may retry within the reserve, again in each window")
  func reserve() {
    var budget = RetryBudget()
    #expect(budget.withdraw(at: start) == true)
    #expect(budget.withdraw(at: start + .seconds(10)) == false)
    #expect(budget.withdraw(at: start + .seconds(11)) == true)
    var without = RetryBudget(.init(reserve: 0))
    #expect(without.withdraw(at: start) == false)
  }

  @Test("first calls are forgotten after the window, and the retries they paid for after that")
  func expiry() {
    var budget = RetryBudget(.init(reserve: 0))
    for _ in 0..<20 { budget.deposit(at: start) }
    #expect(budget.withdraw(at: start + .milliseconds(9900)) == true)
    #expect(budget.withdraw(at: start + .seconds(10)) == false)
    for _ in 0..<19 { budget.deposit(at: start + .seconds(10)) }
    #expect(budget.withdraw(at: start + .seconds(19)) == false)
  }

  @Test("a backward step of the clock counts as no step")
  func backward() {
    var budget = RetryBudget(.init(reserve: 0))
    for _ in 0..<10 { budget.deposit(at: start + .seconds(5)) }
    #expect(budget.withdraw(at: start - .seconds(60)) == true)
    #expect(budget.withdraw(at: start - .seconds(60)) == false)
  }

  @Test(
    "in no window of ten seconds are there more retries than a tenth of its calls and the reserve")
  func bound() {
    var generator = SplitMix(seed: 3)
    var budget = RetryBudget(.init(share: 0.1, reserve: 3))
    let window = 10_000_000
    var now = 0
    var calls: [Int] = []
    var retries: [Int] = []
    var firstCall = 0
    var firstRetry = 0
    var isBroken = false
    var total = 0
    for _ in 0..<200_000 {
      // Bursts and pauses: mostly nothing, up to 20 ms, seldom up to 4 s.
      let step = generator.next() % 100
      now += Int(generator.next() % (step == 0 ? 4_000_000 : step < 50 ? 1 : 20_000))
      let at = start + .microseconds(now)
      if generator.next() % 2 == 0 {
        budget.deposit(at: at)
        calls.append(now)
      } else if budget.withdraw(at: at) {
        retries.append(now)
        total += 1
        while calls[safe: firstCall].map({ $0 <= now - window }) ?? false { firstCall += 1 }
        while retries[firstRetry] <= now - window { firstRetry += 1 }
        let allowed = 0.1 * Double(calls.count - firstCall) + 3
        isBroken = isBroken || Double(retries.count - firstRetry) > allowed + 1e-9
      }
    }
    #expect(!isBroken)
    // It is no bound by refusing all: of a steady load most of the tenth can be used.
    #expect(Double(total) > 0.08 * Double(calls.count))
  }

  @Test("an outage is amplified to 1.1 times the first calls and the reserve")
  func outage() {
    var budget = RetryBudget()
    var sent = 0
    for call in 0..<1000 {
      let at = start + .milliseconds(call * 10)
      budget.deposit(at: at)
      sent += 1
      // Each call fails and wants two more attempts.
      for _ in 0..<2 where budget.withdraw(at: at) { sent += 1 }
    }
    #expect(sent <= 1101 && sent >= 1090)
  }
}

extension Array {
  fileprivate subscript(safe index: Int) -> Element? { index < count ? self[index] : nil }
}
