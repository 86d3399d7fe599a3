import Foundation
import HighlightStore
import HighlightsProtocol

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
      chance: { 1 - Double.random(in: 0..<1) })
  }
}
