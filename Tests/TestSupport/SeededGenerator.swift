import Foundation

/// SplitMix64: a small generator whose whole state is its seed.
public struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  public init(seed: UInt64) { state = seed }

  public mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  /// A number below `bound`, without the slow generic path of `Int.random` in debug builds.
  public mutating func below(_ bound: Int) -> Int { Int(next() >> 33) % bound }

  public mutating func oneIn(_ chances: Int) -> Bool { below(chances) == 0 }

  /// `SEED` from the environment to repeat a run, else a new one each time.
  public static let seed: UInt64 =
    ProcessInfo.processInfo.environment["SEED"].flatMap { UInt64($0) }
    ?? .random(in: 0...UInt64.max)
}
