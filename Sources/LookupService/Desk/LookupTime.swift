import Foundation
import HighlightStore
import HighlightsProtocol
import Synchronization

/// Where moments and chances come from.
struct LookupTime: Sendable {
  /// The wall clock: what highlights' own times are compared with.
  var now: @Sendable () -> UnixTime
  /// Time since any one start, which never goes back.
  var elapsed: @Sendable () -> Duration
  /// Drawn evenly from 0 (excluded) to 1.
  var chance: @Sendable () -> Double

  static var system: LookupTime {
    let start = ContinuousClock.now
    return LookupTime(
      now: SQLiteHighlightStore.wallClock, elapsed: { ContinuousClock.now - start },
      chance: { [random = Chances()] in random.next() })
  }
}

/// Numbers that spread what would else happen at once. The system's own generator makes them safe for secrets too, by a
/// system call for each, which a look-up does not need.
private final class Chances: Sendable {
  private let state = Atomic<UInt64>(UInt64.random(in: .min ... .max))

  /// Evenly from 0 (excluded) to 1, by SplitMix64 (Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators").
  func next() -> Double {
    var mixed = state.wrappingAdd(0x9E37_79B9_7F4A_7C15, ordering: .relaxed).newValue
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return Double(((mixed ^ (mixed >> 31)) >> 11) + 1) / Double(1 << 53)
  }
}
