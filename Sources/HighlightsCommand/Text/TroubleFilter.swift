import Synchronization

/// Lets a trouble of one kind through once an interval, with how often it happened since.
final class TroubleFilter: Sendable {
  private let interval: Duration
  private let seen = Mutex<[String: (said: ContinuousClock.Instant, count: Int)]>([:])

  init(interval: Duration) { self.interval = interval }

  /// How many of that kind to speak of now; nil to keep quiet.
  func admits(_ kind: String) -> Int? {
    seen.withLock { seen in
      let now = ContinuousClock.now
      guard let known = seen[kind] else {
        // Kinds are few; a stranger's words in them must not grow this for ever.
        if seen.count >= 256 { seen.removeAll() }
        seen[kind] = (now, 0)
        return 1
      }
      guard now - known.said >= interval else {
        seen[kind]?.count += 1
        return nil
      }
      seen[kind] = (now, 0)
      return known.count + 1
    }
  }
}
