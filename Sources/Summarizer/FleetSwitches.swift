import Control
import Synchronization

/// What operators have switched, as this worker knows it: set by whoever follows `search.control`, asked by each
/// search before its call and after it.
///
/// Until then nothing counts as switched, so no search may begin before: the worker starts paused.
public final class FleetSwitches: Sendable {
  /// One state of them, which does not change.
  final class Snapshot: Sendable {
    let state: ControlState
    /// Of the withdrawn videos.
    let withdrawnTags: Set<VideoTag>

    init(_ state: ControlState) {
      self.state = state
      withdrawnTags = Set(state.withdrawnVideos.map(VideoTag.init))
    }
  }

  private let snapshot: Mutex<Snapshot>

  public init(_ state: ControlState = ControlState()) { snapshot = Mutex(Snapshot(state)) }

  /// Takes the place of all that was known.
  public func use(_ state: ControlState) {
    let next = Snapshot(state)
    snapshot.withLock { $0 = next }
  }

  var current: Snapshot { snapshot.withLock { $0 } }

  /// Waits until a key's epoch is heard of that others know of already: topics are read apart, so a search may overtake
  /// the switch that it follows.
  func hear(of key: String, epoch: UInt32, atMost limit: Duration) async {
    let end = ContinuousClock.now + limit
    while current.state.epoch(ofKey: key) < epoch, .now < end, !Task.isCancelled {
      try? await Task.sleep(for: .milliseconds(20))
    }
  }
}

/// A video's id in four bytes, to remember which videos thousands of highlights show.
///
/// Two ids may have one tag: a highlight is then taken for one that shows a withdrawn video, which costs a call. It
/// differs from process to process.
struct VideoTag: Sendable, Hashable {
  private let bits: UInt32

  init(_ id: String) { bits = UInt32(truncatingIfNeeded: id.hashValue) }
}
