import HighlightStore
import Highlights
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

  /// The highlight of a search where it is in memory, or the store has it at once; nil otherwise.
  func lookUpAtOnce(_ search: Search, variant: String?) -> LookupReply? {
    let key = variantKey(of: search, variant: variant)
    let found: PreparedHighlight?
    if let known = cached(key), time.elapsed() < known.readAgainAt {
      found = known.highlight
    } else {
      found = readAtOnce(key)
    }
    guard let found, let shown = settled(found, key) else { return nil }
    return served(shown, for: search, key)
  }

  private func readAtOnce(_ key: VariantKey) -> PreparedHighlight? {
    // What cannot be read, and why, shows on the way that may wait.
    guard
      case .found(let payload)? = try? store.payloadAtOnce(forKey: key.key, variant: key.variant),
      let highlight = try? HighlightJSON(payload: payload)
    else { return nil }
    metrics.countStoreRead()
    return keep(PreparedHighlight(highlight, variant: key.variant), key)
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
    while !startReading(key) {
      // Nil where it ended just now. One that was cancelled says nothing about the store.
      guard let reading = await sharedReading(key) else { continue }
      if case .failure(let error) = reading, error is CancellationError {
        try Task.checkCancellation()
        continue
      }
      return try reading.get()
    }
    let reading: Reading
    do {
      reading = .success(try await readStore(key))
    } catch {
      reading = .failure(error)
    }
    for waiting in state.withLock({ $0.readings.removeValue(forKey: key) }) ?? [] {
      waiting.resume(returning: reading)
    }
    return try reading.get()
  }

  /// Whether nobody reads the store for a key, so that this look-up does from now on.
  private func startReading(_ key: VariantKey) -> Bool {
    state.withLock { state in
      guard state.readings[key] == nil else { return false }
      state.readings[key] = []
      return true
    }
  }

  /// What another look-up reads; nil where none does any more. It ends as the store's calls end, within a bound.
  private func sharedReading(_ key: VariantKey) async -> Reading? {
    await withCheckedContinuation { continuation in
      let isRead = state.withLock { state in
        state.readings[key]?.append(continuation) != nil
      }
      if !isRead { continuation.resume(returning: nil) }
    }
  }

  private func readStore(_ key: VariantKey) async throws -> PreparedHighlight? {
    metrics.countStoreRead()
    let payload = try await store.payload(forKey: key.key, variant: key.variant)
    let prepared = try payload.map { payload throws(MessageError) in
      PreparedHighlight(try HighlightJSON(payload: payload), variant: key.variant)
    }
    return keep(prepared, key)
  }

  /// Takes in what the store says, and tells those who wait for it.
  ///
  /// - Returns: What holds now.
  private func keep(_ stored: PreparedHighlight?, _ key: VariantKey) -> PreparedHighlight? {
    let (found, waiting) = state.withLock { state in
      state.keep(stored: stored, key, until: readAgainAt(), at: time.elapsed(), now: time.now())
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
