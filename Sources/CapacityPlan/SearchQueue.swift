/// Searches of one partition, first in, first out: their keys in a ring.
struct SearchQueue: Sendable {
  private var ring = [Int32](repeating: 0, count: 16)
  private var start = 0
  private(set) var count = 0

  var isEmpty: Bool { count == 0 }

  mutating func append(_ key: Int32) {
    if count == ring.count { grow() }
    ring[(start + count) & (ring.count - 1)] = key
    count += 1
  }

  mutating func removeFirst() -> Int32 {
    let key = ring[start]
    start = (start + 1) & (ring.count - 1)
    count -= 1
    return key
  }

  private mutating func grow() {
    ring = (0..<(ring.count * 2)).map {
      $0 < count ? ring[(start + $0) & (ring.count - 1)] : 0
    }
    start = 0
  }
}
