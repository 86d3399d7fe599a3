import TestSupport
import Testing

@testable import LookupService

@Suite("Least recently used")
struct LeastRecentlyUsedTests {
  @Test("what was used the longest ago leaves first")
  func order() {
    var cache = LeastRecentlyUsed<String, Int>(capacity: 3)
    for (value, key) in ["a", "b", "c"].enumerated() { cache.insert(value, forKey: key, cost: 1) }
    #expect(cache.value(forKey: "a") == 0)
    cache.insert(3, forKey: "d", cost: 1)
    #expect(cache.keys == ["d", "a", "c"])
    cache.insert(4, forKey: "e", cost: 3)
    #expect(cache.keys == ["e"])
  }

  @Test("what costs more than all may is not kept, and neither is what it replaces")
  func tooLarge() {
    var cache = LeastRecentlyUsed<String, Int>(capacity: 10)
    cache.insert(1, forKey: "a", cost: 4)
    cache.insert(2, forKey: "b", cost: 4)
    cache.insert(3, forKey: "a", cost: 11)
    #expect(cache.keys == ["b"])
    #expect(cache.cost == 4)
  }

  @Test("it holds what a list in order of use holds, and never more than it may", arguments: 0..<20)
  func againstModel(round: Int) {
    var random = SeededGenerator(seed: SeededGenerator.seed &+ UInt64(round))
    var cache = LeastRecentlyUsed<Int, Int>(capacity: 50)
    var model: [(key: Int, value: Int, cost: Int)] = []
    for step in 0..<3_000 {
      let key = random.below(30)
      let place = model.firstIndex { $0.key == key }
      switch random.below(5) {
      case 0, 1:
        let cost = random.below(60)
        let removed = cache.insert(step, forKey: key, cost: cost)
        if let place { model.remove(at: place) }
        if cost <= 50 { model.insert((key, step, cost), at: 0) }
        var gone: [Int] = []
        while model.reduce(0, { $0 + $1.cost }) > 50 { gone.append(model.removeLast().key) }
        #expect(removed.map(\.key) == gone)
      case 2:
        #expect(cache.remove(key)?.value == place.map { model.remove(at: $0).value })
      case 3:
        #expect(cache.peek(key) == place.map { model[$0].value })
      default:
        #expect(cache.value(forKey: key) == place.map { model[$0].value })
        if let place { model.insert(model.remove(at: place), at: 0) }
      }
      #expect(cache.keys == model.map(\.key))
      #expect(cache.oldestKey == model.last?.key)
      #expect(cache.cost == model.reduce(0) { $0 + $1.cost })
      #expect(cache.count == model.count)
    }
  }
}
