/// About how often each key was asked for lately, in a fixed number of bytes.
///
/// A count-min sketch of counters up to 15 that are halved from time to time, so that what was asked for long ago is
/// forgotten (Einziger, Friedman, Manes, "TinyLFU: A Highly Efficient Cache Admission Policy"). It may say too much of a
/// key, never too little since the last halving.
struct FrequencySketch: Sendable {
  private static let rows = 4
  private static let highest: UInt8 = 15

  private var counters: [UInt8]
  private let mask: UInt64
  private var additions = 0
  private let additionsUntilHalving: Int

  /// - Parameter keys: About how many keys it is to tell apart; rounded up to a power of two.
  init(keys: Int) {
    let width = UInt64(1) << (64 - UInt64(max(64, keys) - 1).leadingZeroBitCount)
    mask = width - 1
    counters = Array(repeating: 0, count: Int(width) * Self.rows)
    additionsUntilHalving = Int(width) * 10
  }

  /// - Parameter hash: Any hash of the key, the same for the life of the sketch.
  mutating func add(_ hash: Int) {
    for row in 0..<Self.rows {
      let place = place(of: hash, row)
      if counters[place] < Self.highest { counters[place] += 1 }
    }
    additions += 1
    if additions == additionsUntilHalving {
      for place in counters.indices { counters[place] >>= 1 }
      additions /= 2
    }
  }

  /// How often the key was added, at least since the last halving.
  func frequency(_ hash: Int) -> Int {
    (0..<Self.rows).reduce(Int(Self.highest)) { min($0, Int(counters[place(of: hash, $1)])) }
  }

  private func place(of hash: Int, _ row: Int) -> Int {
    // The odd numbers are SplitMix64's; each row mixes the hash in its own way.
    var mixed = UInt64(bitPattern: Int64(hash)) &+ UInt64(row + 1) &* 0x9E37_79B9_7F4A_7C15
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return Int((mixed ^ (mixed >> 31)) & mask) * Self.rows + row
  }
}
