/// What is withdrawn, as far as this process knows.
///
/// A pure value: moments are durations since any one start. What was done through this process holds from then on, also
/// while `search.control` has not told of it: for a key until a higher or equal epoch is told, for a video, which has no
/// epoch, until the same is told, or for a minute.
struct Takedowns: Sendable {
  /// What becomes of what was found for a key.
  enum Verdict: Sendable {
    case shown(PreparedHighlight)
    /// There is none that may be shown, and one may be written.
    case missing
    /// It counts as withdrawn, though what was found does not say so.
    case withdrawn(epoch: UInt32, reason: String)
  }

  private struct OwnVideo: Sendable {
    var isWithdrawn: Bool
    var until: Duration
  }

  private static let ownVideoLife = Duration.seconds(60)

  private var told = LookupSwitches()
  private var ownEpochs: [String: UInt32] = [:]
  private var ownVideos: [String: OwnVideo] = [:]

  mutating func use(_ switches: LookupSwitches, at now: Duration) {
    told = switches
    ownEpochs = ownEpochs.filter { $0.value > switches.epochs[$0.key] ?? 0 }
    ownVideos = ownVideos.filter { id, own in
      now < own.until && switches.withdrawnVideos.contains(id) != own.isWithdrawn
    }
  }

  mutating func set(epoch: UInt32, forKey key: String) {
    guard epoch > self.epoch(of: key) else { return }
    ownEpochs[key] = epoch
  }

  mutating func setVideo(_ id: String, isWithdrawn: Bool, at now: Duration) {
    ownVideos[id] = OwnVideo(isWithdrawn: isWithdrawn, until: now + Self.ownVideoLife)
  }

  func epoch(of key: String) -> UInt32 {
    // Asked at every look-up, and mostly there is nothing.
    if told.epochs.isEmpty, ownEpochs.isEmpty { return 0 }
    return max(told.epochs[key] ?? 0, ownEpochs[key] ?? 0)
  }

  func isWithdrawn(key: String) -> Bool { !epoch(of: key).isMultiple(of: 2) }

  func isWithdrawn(video id: String) -> Bool {
    ownVideos[id]?.isWithdrawn ?? told.withdrawnVideos.contains(id)
  }

  /// A highlight of a lower epoch than its key's was written before the withdrawal, or before that was lifted, so it
  /// is none; one of a higher epoch tells of what has not been told here.
  func verdict(on found: PreparedHighlight?, key: String) -> Verdict {
    let epoch = epoch(of: key)
    if let found, found.epoch >= epoch {
      if found.isLifted { return .missing }
      guard !found.isWithdrawn, showsWithdrawnVideo(found) else { return .shown(found) }
      return .withdrawn(epoch: found.epoch, reason: "video_withdrawn")
    }
    return epoch.isMultiple(of: 2) ? .missing : .withdrawn(epoch: epoch, reason: "withdrawn")
  }

  private func showsWithdrawnVideo(_ highlight: PreparedHighlight) -> Bool {
    guard !told.withdrawnVideos.isEmpty || !ownVideos.isEmpty else { return false }
    return highlight.videoIDs.contains { isWithdrawn(video: $0) }
  }
}
