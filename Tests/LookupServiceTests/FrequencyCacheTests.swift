import Foundation
import TestSupport
import Testing

@testable import LookupService

@Suite("A cache by frequency")
struct FrequencyCacheTests {
  @Test(
    "it never holds more than it may, and of what it holds only what was put in last",
    arguments: 0..<10)
  func bounds(round: Int) {
    var random = SeededGenerator(seed: SeededGenerator.seed &+ UInt64(round))
    let capacity = [0, 10, 400, 5_000][round % 4]
    var cache = FrequencyCache<Int, Int>(capacity: capacity, cost: 10)
    var newest: [Int: Int] = [:]
    for step in 0..<20_000 {
      let key = random.below(1_000)
      switch random.below(8) {
      case 0...2:
        let cost = 1 + random.below(40)
        cache.insert(step, forKey: key, cost: cost)
        newest[key] = step
      case 3:
        cache.remove(key)
        newest[key] = nil
      case 4:
        let value = cache.peek(key)
        #expect(value == nil || value == newest[key])
      default:
        let value = cache.value(forKey: key)
        #expect(value == nil || value == newest[key])
      }
      #expect(cache.cost <= capacity)
    }
    #expect((cache.count > 0) == (capacity > 0))
  }

  @Test("what came in last is there to be asked for again, however rare it is")
  func newest() {
    var cache = FrequencyCache<Int, Int>(capacity: 10_000, cost: 10)
    for key in 0..<1_000 {
      for _ in 0..<10 { _ = cache.value(forKey: key) }
      cache.insert(key, forKey: key, cost: 10)
    }
    cache.insert(0, forKey: -1, cost: 10)
    #expect(cache.peek(-1) == 0)
  }

  @Test("keys that are asked for once push out none that are asked for often")
  func scan() {
    var cache = FrequencyCache<Int, Int>(capacity: 10_000, cost: 10)
    for _ in 0..<5 {
      for key in 0..<800 where cache.value(forKey: key) == nil {
        cache.insert(key, forKey: key, cost: 10)
      }
    }
    for key in 1_000..<9_000 where cache.value(forKey: key) == nil {
      cache.insert(key, forKey: key, cost: 10)
    }
    let kept = (0..<800).count { cache.peek($0) != nil }
    #expect(kept > 760, "\(kept) of 800")
  }

  @Test("what is asked for often now takes the place of what was, once")
  func change() {
    var cache = FrequencyCache<Int, Int>(capacity: 10_000, cost: 10)
    for round in 0..<60 {
      let keys = round < 20 ? 0..<900 : 10_000..<10_900
      for key in keys where cache.value(forKey: key) == nil {
        cache.insert(key, forKey: key, cost: 10)
      }
    }
    let kept = (10_000..<10_900).count { cache.peek($0) != nil }
    #expect(kept > 850, "\(kept) of 900")
  }

  @Test("of searches by Zipf's law it finds more than one that lets go of the least recently used")
  func zipf() {
    var random = SeededGenerator(seed: SeededGenerator.seed)
    let (keys, capacity) = (20_000, 2_000)
    var sums: [Double] = []
    for rank in 1...keys { sums.append((sums.last ?? 0) + pow(Double(rank), -1.06)) }
    var cache = FrequencyCache<Int, Int>(capacity: capacity * 10, cost: 10)
    var recent = LeastRecentlyUsed<Int, Int>(capacity: capacity * 10)
    var (misses, recentMisses) = (0, 0)
    for step in 0..<400_000 {
      let wanted = Double(random.next() >> 11) / Double(1 << 53) * sums[keys - 1]
      let key = sums.partitioningIndex { $0 >= wanted }
      if cache.value(forKey: key) == nil {
        cache.insert(key, forKey: key, cost: 10)
        misses += step >= 100_000 ? 1 : 0
      }
      if recent.value(forKey: key) == nil {
        recent.insert(key, forKey: key, cost: 10)
        recentMisses += step >= 100_000 ? 1 : 0
      }
    }
    #expect(Double(misses) < 0.85 * Double(recentMisses), "\(misses) against \(recentMisses)")
  }
}

extension [Double] {
  /// The first index whose element, like all after it, fulfils a condition.
  fileprivate func partitioningIndex(where fulfils: (Double) -> Bool) -> Int {
    var (low, high) = (0, count - 1)
    while low < high {
      let middle = (low + high) / 2
      if fulfils(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
