/// Which searches were published and have not ended, who waits for them, and when one may be
/// published again.
///
/// A pure value: moments are durations since any one start. Of all look-ups of a key that has no
/// highlight, one is told to publish until the search ends, fails to be published, or takes longer
/// than `publishedLife`.
struct PendingSearches<Key: Hashable & Sendable>: Sendable {
  typealias Waiter = UInt64

  /// What a look-up that found nothing should do.
  enum Ask: Sendable, Hashable {
    /// Publish now, and say with ``PendingSearches/publishFailed(_:)`` when that did not work.
    case publish
    /// It was published at that moment and has not ended.
    case published(at: Duration)
    /// It failed, and may be published again after so long.
    case resting(reason: String, retryAfter: Duration)
    /// As many searches are pending as may be.
    case full
  }

  private struct Pending: Sendable {
    enum State: Sendable {
      case published(at: Duration)
      case resting(reason: String, until: Duration)
      /// Somebody waits for a search that nobody here published.
      case awaited
    }
    var state: State
    var waiters: Set<Waiter> = []
  }

  private let capacity: Int
  private let publishedLife: Duration
  private let failedLife: Duration
  private var pending: [Key: Pending] = [:]
  private var keys: [Waiter: Key] = [:]
  private var nextWaiter: Waiter = 0
  private var mean: Duration?
  private var sweptAt: Duration?

  init(capacity: Int, publishedLife: Duration, failedLife: Duration) {
    self.capacity = capacity
    self.publishedLife = publishedLife
    self.failedLife = failedLife
  }

  /// Keys that are published, resting or waited for.
  var count: Int { pending.count }
  var waiterCount: Int { keys.count }

  /// How long searches took lately, from being published to their end; nil before the first.
  var usualTime: Duration? { mean }

  func contains(_ key: Key) -> Bool { pending[key] != nil }

  /// What ``ask(_:at:)`` would say, with nothing changed.
  func state(of key: Key, at now: Duration) -> Ask {
    switch pending[key]?.state {
    case .published(let at) where now < at + publishedLife: return .published(at: at)
    case .resting(let reason, let until) where now < until:
      return .resting(reason: reason, retryAfter: until - now)
    case .none where pending.count >= capacity: return .full
    default: return .publish
    }
  }

  /// Asks what to do about a key that has no highlight, or a stale one.
  mutating func ask(_ key: Key, at now: Duration) -> Ask {
    makeRoom(for: key, at: now)
    let answer = state(of: key, at: now)
    if answer == .publish { markPublished(key, at: now) }
    return answer
  }

  /// Where the table is full, forgets what need not be remembered any more.
  mutating func makeRoom(for key: Key, at now: Duration) {
    if pending[key] == nil, pending.count >= capacity { forgetOld(at: now) }
  }

  /// A search was published for it though nobody asked; remembered where there is room.
  mutating func markPublishedIfRoom(_ key: Key, at now: Duration) {
    guard pending[key] != nil || pending.count < capacity else { return }
    markPublished(key, at: now)
  }

  private mutating func markPublished(_ key: Key, at now: Duration) {
    pending[key, default: Pending(state: .awaited)].state = .published(at: now)
  }

  /// What ``Ask/publish`` asked for did not work: the next look-up is asked to.
  ///
  /// - Returns: Who waits for it; they wait no longer.
  mutating func publishFailed(_ key: Key) -> Set<Waiter> { release(key) }

  /// Begins to wait for a key's search to end, also where nobody here published one.
  mutating func wait(for key: Key) -> Waiter {
    let waiter = nextWaiter
    nextWaiter += 1
    keys[waiter] = key
    pending[key, default: Pending(state: .awaited)].waiters.insert(waiter)
    return waiter
  }

  mutating func stopWaiting(_ waiter: Waiter) {
    guard let key = keys.removeValue(forKey: waiter) else { return }
    pending[key]?.waiters.remove(waiter)
    if case .awaited = pending[key]?.state, pending[key]?.waiters.isEmpty == true {
      pending[key] = nil
    }
  }

  /// Keys that somebody waits for.
  var awaitedKeys: Set<Key> { Set(keys.values) }

  /// Whatever was published may be published again; who waits goes on waiting.
  mutating func forgetPublished() {
    for (key, entry) in pending {
      guard case .published = entry.state else { continue }
      if entry.waiters.isEmpty { pending[key] = nil } else { pending[key]?.state = .awaited }
    }
  }

  /// Who waits for a key; they go on waiting.
  func waiters(for key: Key) -> Set<Waiter> { pending[key]?.waiters ?? [] }

  /// A key has a new highlight, so its search has ended.
  ///
  /// - Returns: Who waits for it; they go on waiting until they stop.
  mutating func ended(_ key: Key, at now: Duration) -> Set<Waiter> {
    guard let ended = pending[key] else { return [] }
    if case .published(let at) = ended.state {
      let took = max(.zero, now - at)
      mean = mean.map { $0 * 0.8 + took * 0.2 } ?? took
    }
    if ended.waiters.isEmpty {
      pending[key] = nil
    } else {
      pending[key]?.state = .awaited
    }
    return ended.waiters
  }

  /// The search of a key ended without one: look-ups do not publish it again for a while.
  ///
  /// A failure that nobody here waits for or published is not remembered.
  /// - Returns: Who waited for it; they wait no longer.
  mutating func failed(_ key: Key, reason: String, at now: Duration) -> Set<Waiter> {
    guard pending[key] != nil else { return [] }
    let waiters = release(key)
    pending[key] = Pending(state: .resting(reason: reason, until: now + failedLife))
    return waiters
  }

  private mutating func release(_ key: Key) -> Set<Waiter> {
    guard let released = pending.removeValue(forKey: key) else { return [] }
    for waiter in released.waiters { keys[waiter] = nil }
    return released.waiters
  }

  /// Forgets what nobody waits for and what may be published again anyway.
  ///
  /// At most once a second: with a full table of young searches every look-up would look at all.
  private mutating func forgetOld(at now: Duration) {
    if let sweptAt, now < sweptAt + .seconds(1) { return }
    sweptAt = now
    pending = pending.filter { _, entry in
      guard entry.waiters.isEmpty else { return true }
      switch entry.state {
      case .published(let at): return now < at + publishedLife
      case .resting(_, let until): return now < until
      case .awaited: return false
      }
    }
  }
}
