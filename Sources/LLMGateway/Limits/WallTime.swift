import struct Foundation.Date

/// A moment of the wall clock, in nanoseconds since 1970; injected, so that tests choose it.
///
/// The wall clock and not a monotonic one, because the workers of a fleet take turns by it.
public struct WallTime: Sendable, Hashable, Comparable {
  public let nanoseconds: Int64

  public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  public static var now: WallTime {
    WallTime(nanoseconds: Int64(Date().timeIntervalSince1970 * 1e9))
  }

  public static func < (left: WallTime, right: WallTime) -> Bool {
    left.nanoseconds < right.nanoseconds
  }

  public static func + (time: WallTime, duration: Duration) -> WallTime {
    WallTime(nanoseconds: time.nanoseconds + duration.inNanoseconds)
  }

  public static func - (left: WallTime, right: WallTime) -> Duration {
    .nanoseconds(left.nanoseconds - right.nanoseconds)
  }
}

extension Duration {
  /// Whole nanoseconds; durations here are hours at most, far from what overflows.
  var inNanoseconds: Int64 {
    components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000
  }
}
