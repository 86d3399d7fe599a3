import Synchronization

extension LookupDesk {
  /// Takes over the causes for which searches wait now, and tells those who wait for such searches.
  func searchesHeld(_ holds: [SearchHold]) {
    let (before, waiting) = state.withLock { state in
      let before = state.holds
      state.holds = holds
      let waiting = state.pending.awaitedKeys.map { key in
        (key, state.pending.waiters(for: key).compactMap { state.continuations[$0] })
      }
      return (before, waiting)
    }
    guard !before.isEmpty || !holds.isEmpty else { return }
    for (key, continuations) in waiting {
      let hold = holds.first { $0.isAffected(key) }
      guard hold != nil || before.contains(where: { $0.isAffected(key) }) else { continue }
      for continuation in continuations { continuation.yield(.held(hold)) }
    }
  }

  /// Why the search of a key waits, where that is known.
  func hold(of key: String) -> SearchHold? {
    let holds = state.withLock { $0.holds }
    return holds.first { $0.isAffected(key) }
  }
}
