import HighlightsProtocol
import Synchronization

extension LookupDesk {
  /// Takes over what operators have switched; who waits for what is withdrawn now is told.
  func use(_ switches: LookupSwitches) {
    tellWithdrawn { state in
      if state.liveVariant != switches.liveVariant {
        state.liveVariant = switches.liveVariant
        // Those that are on their way are written in the other variant.
        state.pending.forgetPublished()
      }
      state.takedowns.use(switches, at: time.elapsed())
    }
  }

  /// The epoch that a takedown through this process gave a key.
  func set(epoch: UInt32, forKey key: String) {
    tellWithdrawn { $0.takedowns.set(epoch: epoch, forKey: key) }
  }

  func setVideo(_ id: String, isWithdrawn: Bool) {
    state.withLock {
      $0.takedowns.setVideo(id, isWithdrawn: isWithdrawn, at: time.elapsed())
    }
  }

  func isWithdrawn(key: String) -> Bool {
    state.withLock { $0.takedowns.isWithdrawn(key: key) }
  }

  /// Videos without those that are withdrawn.
  func shown(_ videos: [Video]) -> [Video] {
    state.withLock { state in videos.filter { !state.takedowns.isWithdrawn(video: $0.id) } }
  }

  /// What may be shown of what was found: itself, one that says that it is withdrawn, or nothing.
  func settled(_ found: PreparedHighlight?, _ key: VariantKey) -> PreparedHighlight? {
    switch state.withLock({ $0.takedowns.verdict(on: found, key: key.key) }) {
    case .shown(let highlight): highlight
    case .missing: nil
    case .withdrawn(let epoch, let reason):
      PreparedHighlight(withdrawn: key, epoch: epoch, reason: reason)
    }
  }

  private func tellWithdrawn(_ change: (inout State) -> Void) {
    let waiting = state.withLock { state in
      change(&state)
      return state.pending.awaitedKeys.filter { state.takedowns.isWithdrawn(key: $0) }
        .flatMap { state.pending.waiters(for: $0) }
        .compactMap { state.continuations[$0] }
    }
    for continuation in waiting { continuation.yield(.ended) }
  }
}
