import HighlightStore
import HighlightsProtocol
import Logging
import Synchronization

extension LookupDesk {
  /// The highlight of a key that may be shown, from memory or the store.
  ///
  /// What is in memory is served on while the store cannot be read, and what is withdrawn is so whether or not it can.
  /// - Throws: ``APIError/unavailable(_:retryAfter:)``.
  func find(_ key: VariantKey) async throws -> PreparedHighlight? {
    let found: PreparedHighlight?
    do {
      found = try await findAny(key)
    } catch {
      guard let withdrawn = settled(nil, key) else { throw error }
      return withdrawn
    }
    return settled(found, key)
  }

  /// The highlight of a key that is in memory and may be shown.
  func remembered(_ key: VariantKey) -> PreparedHighlight? {
    settled(cached(key)?.highlight, key)
  }

  /// The highlight of a key, whatever is withdrawn.
  private func findAny(_ key: VariantKey) async throws -> PreparedHighlight? {
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

  /// What is in memory, has not expired, and is of its key's epoch: of a lower one it must be read again.
  private func cached(_ key: VariantKey) -> Cached? {
    let found = state.withLock { state in
      (known: state.cache.value(forKey: key), epoch: state.takedowns.epoch(of: key.key))
    }
    guard let known = found.known, known.highlight.epoch >= found.epoch,
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
  /// - Returns: What holds now, and who waits for it.
  mutating func keep(
    stored: PreparedHighlight?, _ key: VariantKey, until readAgainAt: Duration, at moment: Duration,
    now: UnixTime
  ) -> (PreparedHighlight?, [AsyncStream<SearchEvent>.Continuation]) {
    var winner = stored
    if let known = cache.peek(key)?.highlight,
      known.isWithdrawn || known.times.freshness(at: now) != .expired
    {
      let isAhead = stored.map { !$0.replaces(known) } ?? true
      if isAhead { winner = known }
    }
    guard let winner, winner.isWithdrawn || winner.times.freshness(at: now) != .expired else {
      cache.remove(key)
      return (nil, [])
    }
    cache.insert(
      LookupDesk.Cached(highlight: winner, readAgainAt: readAgainAt), forKey: key,
      cost: winner.cost)
    guard key.variant == liveVariant, winner.times.freshness(at: now) == .fresh,
      winner.epoch >= takedowns.epoch(of: key.key)
    else { return (winner, []) }
    return (winner, pending.ended(key.key, at: moment).compactMap { continuations[$0] })
  }

  /// Has the store asked at the next look-up, and keeps what is known for when it cannot be read.
  mutating func readAgain(_ key: VariantKey) {
    guard var known = cache.peek(key) else { return }
    known.readAgainAt = .zero
    cache.insert(known, forKey: key, cost: known.highlight.cost)
  }
}
