/// Numbers uniform in [0, 1), by SplitMix64; the same seed gives the same sequence.
struct UnitRandom: Sendable {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  /// A sequence of its own for each text: `seed` and the text's bytes, by 64-bit FNV-1a.
  init(seed: UInt64, text: String) {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    state = hash ^ (seed &* 0x9E37_79B9_7F4A_7C15)
  }

  mutating func next() -> Double {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return Double((mixed ^ (mixed >> 31)) >> 11) * 0x1p-53
  }

  /// A whole number from 0 to below `bound`, which is above 0.
  mutating func below(_ bound: Int) -> Int { Int(next() * Double(bound)) }

  /// The elements in a random order.
  mutating func shuffled<Element>(_ elements: [Element]) -> [Element] {
    var elements = elements
    for last in elements.indices.dropFirst().reversed() {
      elements.swapAt(last, below(last + 1))
    }
    return elements
  }
}
