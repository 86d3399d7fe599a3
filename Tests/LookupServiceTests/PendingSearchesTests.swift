import TestSupport
import Testing

@testable import LookupService

@Suite("Pending searches")
struct PendingSearchesTests {
  private func pending(capacity: Int = 100) -> PendingSearches<Int> {
    PendingSearches(capacity: capacity, publishedLife: .seconds(60), failedLife: .seconds(30))
  }

  @Test("of a thousand look-ups of one key, one is told to publish")
  func once() {
    var pending = pending()
    let answers = (0..<1_000).map { _ in pending.ask(1, at: .seconds(5)) }
    #expect(answers.count { $0 == .publish } == 1)
    #expect(answers.count { $0 == .published(at: .seconds(5)) } == 999)
  }

  @Test("it is published again once it ended, could not be published, or took too long")
  func again() {
    var pending = pending()
    #expect(pending.ask(1, at: .zero) == .publish)
    _ = pending.ended(1, at: .seconds(1))
    #expect(pending.ask(1, at: .seconds(1)) == .publish)
    _ = pending.publishFailed(1)
    #expect(pending.ask(1, at: .seconds(2)) == .publish)
    #expect(pending.ask(1, at: .seconds(61)) == .published(at: .seconds(2)))
    #expect(pending.ask(1, at: .seconds(62)) == .publish)
  }

  @Test("a failed search rests, and its waiters are let go")
  func rests() {
    var pending = pending()
    _ = pending.ask(1, at: .zero)
    let waiters = Set([pending.wait(for: 1), pending.wait(for: 1)])
    #expect(pending.failed(1, reason: "dead", at: .seconds(1)) == waiters)
    #expect(pending.waiterCount == 0)
    #expect(
      pending.ask(1, at: .seconds(11)) == .resting(reason: "dead", retryAfter: .seconds(20)))
    #expect(pending.ask(1, at: .seconds(31)) == .publish)
    #expect(pending.failed(2, reason: "dead", at: .zero).isEmpty)
    #expect(!pending.contains(2))
  }

  @Test("once what was published is forgotten it is published again; who waits or rests stays")
  func forgets() {
    var pending = pending()
    for key in 1...3 { _ = pending.ask(key, at: .zero) }
    let waiter = pending.wait(for: 2)
    _ = pending.failed(3, reason: "dead", at: .zero)
    #expect(pending.awaitedKeys == [2])
    pending.forgetPublished()
    #expect(pending.ask(1, at: .zero) == .publish)
    #expect(pending.waiters(for: 2) == [waiter])
    #expect(pending.ask(2, at: .zero) == .publish)
    #expect(pending.ask(3, at: .zero) == .resting(reason: "dead", retryAfter: .seconds(30)))
  }

  @Test("a full table refuses new keys, and makes room from what may be published again anyway")
  func full() {
    var pending = pending(capacity: 2)
    #expect(pending.ask(1, at: .zero) == .publish)
    #expect(pending.ask(2, at: .seconds(1)) == .publish)
    #expect(pending.ask(3, at: .seconds(2)) == .full)
    #expect(pending.ask(1, at: .seconds(2)) == .published(at: .zero))
    #expect(pending.ask(3, at: .seconds(60)) == .publish)
    #expect(pending.count == 2)
  }

  @Test("how long searches usually take follows the last ones")
  func usualTime() {
    var pending = pending()
    #expect(pending.usualTime == nil)
    _ = pending.ask(1, at: .zero)
    _ = pending.ended(1, at: .seconds(4))
    #expect(pending.usualTime == .seconds(4))
    _ = pending.ask(1, at: .seconds(10))
    _ = pending.ended(1, at: .seconds(19))
    #expect(pending.usualTime == .seconds(5))
  }

  @Test("it does what a list of everything that happened says", arguments: 0..<20)
  func againstModel(round: Int) {
    var random = SeededGenerator(seed: SeededGenerator.seed &+ UInt64(round))
    var pending = pending(capacity: 1_000)
    var model = Model()
    var now = Duration.zero
    for _ in 0..<2_000 {
      now += .seconds(random.below(8))
      let key = random.below(6)
      switch random.below(8) {
      case 0...2: #expect(pending.ask(key, at: now) == model.ask(key, now))
      case 3: model.waiters.append((pending.wait(for: key), key))
      case 4:
        guard let waiter = model.waiters.randomElement(using: &random)?.0 else { continue }
        pending.stopWaiting(waiter)
        model.waiters.removeAll { $0.0 == waiter }
      case 5:
        #expect(pending.ended(key, at: now) == model.waiting(key))
        model.happened.append(.ended(key))
      case 6:
        let isKnown = pending.contains(key)
        #expect(pending.failed(key, reason: "dead", at: now) == model.waiting(key))
        if isKnown { model.happened.append(.failed(key, now)) }
        model.waiters.removeAll { $0.1 == key }
      default:
        #expect(pending.publishFailed(key) == model.waiting(key))
        model.happened.append(.ended(key))
        model.waiters.removeAll { $0.1 == key }
      }
      #expect(pending.waiterCount == model.waiters.count)
    }
  }

  /// Keeps all that happened and looks for the last thing that matters.
  private struct Model {
    enum Happened {
      case published(Int, Duration)
      case ended(Int)
      case failed(Int, Duration)
    }
    var happened: [Happened] = []
    var waiters: [(UInt64, Int)] = []

    func waiting(_ key: Int) -> Set<UInt64> {
      Set(waiters.filter { $0.1 == key }.map(\.0))
    }

    mutating func ask(_ key: Int, _ now: Duration) -> PendingSearches<Int>.Ask {
      for event in happened.reversed() {
        switch event {
        case .ended(key): return publish(key, now)
        case .published(key, let at):
          return now < at + .seconds(60) ? .published(at: at) : publish(key, now)
        case .failed(key, let at):
          let end = at + .seconds(30)
          return now < end
            ? .resting(reason: "dead", retryAfter: end - now) : publish(key, now)
        default: continue
        }
      }
      return publish(key, now)
    }

    private mutating func publish(_ key: Int, _ now: Duration) -> PendingSearches<Int>.Ask {
      happened.append(.published(key, now))
      return .publish
    }
  }
}
