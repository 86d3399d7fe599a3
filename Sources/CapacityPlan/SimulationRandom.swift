import Foundation

/// The random numbers of a simulation: SplitMix64, so that a seed repeats a run.
struct SimulationRandom: Sendable {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  private mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  /// 0 and more, below 1.
  mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// 0 and more, below `bound`.
  mutating func below(_ bound: Int) -> Int {
    Int(next().multipliedFullWidth(by: UInt64(bound)).high)
  }

  /// Exponentially distributed with mean 1.
  mutating func exponential() -> Double { -log1p(-unit()) }

  /// Normally distributed with mean 0 and deviation 1, by Box and Muller's method.
  mutating func normal() -> Double { (2 * exponential()).squareRoot() * cos(2 * .pi * unit()) }
}

/// Draws keys by how often they are searched for, each in the same few steps: Walker's alias method over the runs, then
/// any key of the run.
struct KeySampler: Sendable {
  private let runs: [KeyPopularity.Run]
  private var own: [Double]
  private var alias: [Int32]

  init(_ popularity: KeyPopularity) {
    runs = popularity.runs
    let count = runs.count
    own = runs.map { $0.share * Double($0.count) * Double(count) }
    alias = (0..<count).map(Int32.init)
    var (small, large) = (own.indices.filter { own[$0] < 1 }, own.indices.filter { own[$0] >= 1 })
    while let less = small.popLast(), let more = large.last {
      alias[less] = Int32(more)
      own[more] -= 1 - own[less]
      if own[more] < 1 { small.append(large.removeLast()) }
    }
  }

  /// The rank of a key.
  func draw(_ random: inout SimulationRandom) -> Int {
    let position = random.unit() * Double(runs.count)
    let column = min(Int(position), runs.count - 1)
    let run = runs[position - Double(column) < own[column] ? column : Int(alias[column])]
    return run.count == 1 ? run.first : run.first + random.below(run.count)
  }
}
