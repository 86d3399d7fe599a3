import Synchronization

/// How often the same place in the source may warn: a broker that is away must not fill a disk.
public final class RepetitionLimit: Sendable {
  struct Place: Hashable {
    let file: String
    let line: UInt
  }

  enum Verdict: Equatable {
    /// It may be written; as many were not since the last one that was.
    case admitted(suppressed: Int)
    case suppressed
  }

  private struct Count {
    var windowStart: ContinuousClock.Instant
    var written = 0
    var suppressed = 0
  }

  private let count: Int
  private let window: Duration
  private let places = Mutex<[Place: Count]>([:])

  /// - Parameters:
  ///   - count: as many lines of one place a window.
  ///   - window: how long until it may write again.
  public init(count: Int = 5, window: Duration = .seconds(10)) {
    self.count = count
    self.window = window
  }

  func admit(_ place: Place, at now: ContinuousClock.Instant) -> Verdict {
    places.withLock { places in
      var own = places[place] ?? Count(windowStart: now)
      defer { places[place] = own }
      var suppressed = 0
      if now - own.windowStart >= window {
        suppressed = own.suppressed
        own = Count(windowStart: now)
      }
      guard own.written < count else {
        own.suppressed += 1
        return .suppressed
      }
      own.written += 1
      return .admitted(suppressed: suppressed)
    }
  }
}
