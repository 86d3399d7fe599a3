/// How long things took, counted in about 150 spans: a percentile is told to the next tenth.
struct TimeHistogram: Sendable {
  /// The longest time of each span, in milliseconds: by the millisecond at first, then each a tenth longer. What took
  /// more than an hour counts as an hour.
  private static let longest: [Int64] = {
    var longest: [Int64] = [0]
    while let last = longest.last, last < hour {
      longest.append(min(hour, max(last + 1, last + last / 10)))
    }
    return longest
  }()
  private static let hour: Int64 = 3_600_000

  private var counts = [UInt32](repeating: 0, count: Self.longest.count)

  /// - Parameter milliseconds: Below 0, as where two clocks disagree, counts as 0.
  mutating func add(_ milliseconds: Int64) {
    var (low, high) = (0, Self.longest.count - 1)
    while low < high {
      let middle = (low + high) / 2
      if Self.longest[middle] < milliseconds { low = middle + 1 } else { high = middle }
    }
    if counts[low] < .max { counts[low] += 1 }
  }

  mutating func add(_ other: TimeHistogram) {
    for index in counts.indices {
      counts[index] += min(other.counts[index], .max - counts[index])
    }
  }

  var count: Int { counts.reduce(0) { $0 + Int($1) } }

  /// The time, in milliseconds, in which so many percent were done, at most a tenth too long; nil where nothing was
  /// counted.
  func percentile(_ percent: Int) -> Int64? {
    let count = count
    guard count > 0 else { return nil }
    let rank = max(1, (count * percent + 99) / 100)
    var passed = 0
    for (index, here) in counts.enumerated() {
      passed += Int(here)
      if passed >= rank { return Self.longest[index] }
    }
    return Self.hour
  }
}
