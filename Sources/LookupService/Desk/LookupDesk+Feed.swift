import HighlightsProtocol
import Logging
import Synchronization

extension LookupDesk {
  /// Who waits, and what they are told with.
  struct Waiting: Sendable {
    let waiter: PendingSearches<String>.Waiter
    let events: AsyncStream<SearchEvent>
    let continuation: AsyncStream<SearchEvent>.Continuation
  }

  /// Begins to wait for a key; nil where as many wait as may, or nobody may any more.
  func startWaiting(for key: String) -> Waiting? {
    let (events, continuation) = AsyncStream<SearchEvent>.makeStream(
      bufferingPolicy: .bufferingNewest(4))
    let waiter = state.withLock { state -> PendingSearches<String>.Waiter? in
      guard !state.isStopped, state.pending.waiterCount < configuration.limits.waiters else {
        return nil
      }
      let waiter = state.pending.wait(for: key)
      state.continuations[waiter] = continuation
      return waiter
    }
    return waiter.map { Waiting(waiter: $0, events: events, continuation: continuation) }
  }

  func stopWaiting(_ waiter: PendingSearches<String>.Waiter) {
    state.withLock { state in
      state.pending.stopWaiting(waiter)
      state.continuations[waiter] = nil
    }
  }

  /// A search ended.
  ///
  /// An end with a highlight has those who wait look again; it does not end the waiting, as the
  /// highlight itself may still be on its way. An expired search is somebody else's: those
  /// published here have no deadline. One that died in another variant is too: nobody waits for those.
  func searchEnded(_ outcome: Outcome) {
    let key = outcome.key
    guard !key.isEmpty else { return }
    switch outcome.result {
    case .answered, .noAnswer, .filtered, .unchanged:
      let waiting = state.withLock { state in
        state.readAgain(VariantKey(key: key, variant: outcome.variant))
        return state.pending.waiters(for: key).compactMap { state.continuations[$0] }
      }
      for continuation in waiting { continuation.yield(.ended) }
    case .dead:
      let error = APIError.failed(
        reason: outcome.reason, retryAfter: configuration.lives.failed)
      let waiting = state.withLock { state in
        outcome.variant != state.liveVariant
          ? []
          : state.pending.failed(key, reason: outcome.reason, at: time.elapsed())
            .compactMap { state.continuations.removeValue(forKey: $0) }
      }
      for continuation in waiting { continuation.yield(.failed(error)) }
    case .expired, .unspecified, .UNRECOGNIZED: break
    }
  }

  /// A highlight was published.
  ///
  /// It is kept only where somebody asked for its key lately, so that a backfill does not push out
  /// what is looked up.
  func highlightPublished(_ highlight: Highlight, variant: String) {
    let key = VariantKey(key: highlight.key, variant: variant)
    let isWanted = state.withLock { state in
      state.cache.peek(key) != nil || state.readings[key] != nil
        || (variant == state.liveVariant && state.pending.contains(key.key))
    }
    guard isWanted else { return }
    let prepared: PreparedHighlight
    do {
      prepared = PreparedHighlight(try HighlightJSON(highlight), variant: variant)
    } catch {
      logger.error(
        "A highlight cannot be shown", metadata: ["key": "\(key.key)", "error": "\(error)"])
      return
    }
    let waiting = state.withLock { state -> [AsyncStream<SearchEvent>.Continuation] in
      if let known = state.cache.peek(key)?.highlight, !prepared.replaces(known) { return [] }
      // Written by a worker that had not heard of the withdrawal, or that it was lifted.
      guard prepared.epoch >= state.takedowns.epoch(of: key.key) else { return [] }
      state.cache.insert(
        Cached(highlight: prepared, readAgainAt: readAgainAt()), forKey: key, cost: prepared.cost)
      guard variant == state.liveVariant, !prepared.isLifted else { return [] }
      return state.pending.ended(key.key, at: time.elapsed())
        .compactMap { state.continuations[$0] }
    }
    for continuation in waiting { continuation.yield(.highlight(prepared)) }
  }
}
