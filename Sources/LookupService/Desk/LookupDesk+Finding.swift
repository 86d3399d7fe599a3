import HighlightStore
import HighlightsProtocol
import Logging
import Synchronization

extension LookupDesk {
  /// The highlight of a key that may be shown, from memory or the store.
  ///
  /// What is in memory is served on while the store cannot be read.
  /// - Throws: ``APIError/unavailable(_:retryAfter:)``.
  func find(_ key: VariantKey) async throws -> PreparedHighlight? {
    let known = cached(key)
    if let known, time.elapsed() < known.readAgainAt { return known.highlight }
    do {
      return try await load(key)
    } catch {
      if let known { return known.highlight }
      logger.error(
        "The store was not read", metadata: ["key": "\(key.key)", "error": "\(error)"])
      throw APIError.unavailable("The store cannot be read now.", retryAfter: .seconds(2))
    }
  }

  /// What is in memory and may be shown.
  func cached(_ key: VariantKey) -> Cached? {
    guard let known = state.withLock({ $0.cache.value(forKey: key) }),
      known.highlight.times.freshness(at: time.now()) != .expired || known.highlight.isWithdrawn
    else { return nil }
    return known
  }

  /// Reads the store; look-ups of one key that come while it is read share the reading.
  private func load(_ key: VariantKey) async throws -> PreparedHighlight? {
    let load = state.withLock { state in
      if let running = state.loads[key] { return running }
      let started = Task {
        defer { self.state.withLock { $0.loads[key] = nil } }
        return try await self.readStore(key)
      }
      state.loads[key] = started
      return started
    }
    return try await load.value
  }

  private func readStore(_ key: VariantKey) async throws -> PreparedHighlight? {
    metrics.countStoreRead()
    let stored = try await withTimeLimit(configuration.limits.work) { [store] in
      try await store.highlight(forKey: key.key, variant: key.variant)
    }
    let prepared = try stored.map { highlight throws in
      try PreparedHighlight(highlight, variant: key.variant)
    }
    let (found, waiting) = state.withLock { state in
      state.keep(stored: prepared, key, until: readAgainAt(), at: time.elapsed(), now: time.now())
    }
    if let found { for continuation in waiting { continuation.yield(.highlight(found)) } }
    return found
  }

  /// When what is taken in now is read again.
  func readAgainAt() -> Duration {
    time.elapsed() + configuration.lives.cached
      * (1 - configuration.lives.jitter * time.chance())
  }
}

extension LookupDesk.State {
  /// Takes in what the store says, unless a newer one has come by that it does not have yet.
  ///
  /// A withdrawal that the store has beats everything; one that it no longer has was lifted.
  /// - Returns: What holds now, and who waits for it.
  mutating func keep(
    stored: PreparedHighlight?, _ key: VariantKey, until readAgainAt: Duration, at moment: Duration,
    now: UnixTime
  ) -> (PreparedHighlight?, [AsyncStream<SearchEvent>.Continuation]) {
    var winner = stored
    if let known = cache.peek(key)?.highlight,
      known.isWithdrawn || known.times.freshness(at: now) != .expired
    {
      let isAhead =
        stored.map { !$0.isWithdrawn && known.times.generatedAt > $0.times.generatedAt } ?? true
      if isAhead { winner = known }
    }
    guard let winner, winner.isWithdrawn || winner.times.freshness(at: now) != .expired else {
      cache.remove(key)
      return (nil, [])
    }
    cache.insert(
      LookupDesk.Cached(highlight: winner, readAgainAt: readAgainAt), forKey: key,
      cost: winner.cost)
    guard key.variant == liveVariant, winner.times.freshness(at: now) == .fresh else {
      return (winner, [])
    }
    return (winner, pending.ended(key.key, at: moment).compactMap { continuations[$0] })
  }

  /// Has the store asked at the next look-up, and keeps what is known for when it cannot be read.
  mutating func readAgain(_ key: VariantKey) {
    guard var known = cache.peek(key) else { return }
    known.readAgainAt = .zero
    cache.insert(known, forKey: key, cost: known.highlight.cost)
  }
}
