import Foundation

/// Keys by rank, most searched for first, in runs of keys that are searched for about equally often.
///
/// The first ``single`` ranks are runs of one key; after them a run's last rank is at most 5 % above its first, so that
/// taking each key of a run for the run's mean is off by less than 0.1 %. A billion keys are a few thousand runs.
struct KeyPopularity: Sendable {
  struct Run: Sendable {
    /// The first key's rank, from 0.
    let first: Int
    let count: Int
    /// The part of searches that each of its keys has.
    let share: Double
  }

  let runs: [Run]

  static let single = 1_000

  init(_ skew: KeySkew) {
    let ranges = Self.ranges(skew.keys)
    let sums: [Double]
    switch skew {
    case .zipf(let exponent, _):
      sums = ranges.map { range in
        if range.count == 1 { return pow(Double(range.lowerBound + 1), -exponent) }
        // The sum over whole ranks is the integral from half a rank before to half a rank after, as good as exactly.
        let (start, end) = (Double(range.lowerBound) + 0.5, Double(range.upperBound) + 0.5)
        if abs(exponent - 1) < 1e-9 { return log(end / start) }
        let power = 1 - exponent
        return (pow(end, power) - pow(start, power)) / power
      }
    case .weights(let weights):
      let sorted = weights.sorted(by: >)
      sums = ranges.map { sorted[$0].reduce(0, +) }
    }
    let total = sums.reduce(0, +)
    runs = zip(ranges, sums).map { range, sum in
      Run(first: range.lowerBound, count: range.count, share: sum / total / Double(range.count))
    }
  }

  private static func ranges(_ keys: Int) -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    var start = 0
    while start < keys {
      let end = start < single ? start + 1 : min(keys, start + max(1, start / 20))
      ranges.append(start..<end)
      start = end
    }
    return ranges
  }

  /// The partition of the key of a rank: as good as random, as a hash is, and always the same.
  static func partition(ofRank rank: Int, of partitions: Int) -> Int {
    Int(mixed(UInt64(rank)) % UInt64(partitions))
  }

  /// Whether no video answers the key of a rank, for a part of the keys.
  static func hasNoAnswer(_ rank: Int, share: Double) -> Bool {
    share > 0 && Double(mixed(~UInt64(rank)) >> 11) * 0x1p-53 < share
  }

  /// SplitMix64's output function.
  private static func mixed(_ value: UInt64) -> UInt64 {
    var z = value &+ 0x9e37_79b9_7f4a_7c15
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
