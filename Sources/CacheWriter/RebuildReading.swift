import HighlightStore
import Kafka
import Synchronization

/// What a rebuild has still to read. Its reader and its watch share it.
final class RebuildReading: Sendable {
  typealias Span = (applied: Int64, end: Int64)

  private struct State {
    var left: [TopicPartition: Span]
    /// Partitions whose progress the store has not been told.
    var moved: [TopicPartition: Int64] = [:]
    var progress: RebuildProgress
    var waitingSince: ContinuousClock.Instant?
    var stalled: [TopicPartition: Span]?

    mutating func move(_ partition: TopicPartition, to offset: Int64) {
      guard let span = left[partition], offset > span.applied else { return }
      let next = min(offset, span.end)
      left[partition] = next == span.end ? nil : (next, span.end)
      moved[partition] = next
      progress.topics[partition.topic]?.applied += next - span.applied
    }
  }

  private let state: Mutex<State>

  /// - Parameter spans: from where to where each partition is read.
  init(_ spans: [TopicPartition: Range<Int64>]) {
    var topics: [String: RebuildProgress.Topic] = [:]
    for (partition, span) in spans {
      topics[partition.topic, default: .init(applied: 0, total: 0)].total += Int64(span.count)
    }
    var state = State(left: [:], progress: RebuildProgress(topics: topics))
    for (partition, span) in spans {
      if span.isEmpty {
        // Of one that never held anything nothing is applied.
        if span.upperBound > 0 { state.moved[partition] = span.upperBound }
      } else {
        state.left[partition] = (span.lowerBound, span.upperBound)
      }
    }
    self.state = Mutex(state)
  }

  var left: [TopicPartition: Span] { state.withLock { $0.left } }
  var isDone: Bool { state.withLock { $0.left.isEmpty } }
  var progress: RebuildProgress { state.withLock { $0.progress } }

  /// Takes a message; one from beyond the end is not wanted, and tells that all before it has come.
  func take(_ partition: TopicPartition, _ offset: Int64) -> (isWanted: Bool, isLast: Bool) {
    state.withLock { state in
      guard let span = state.left[partition] else { return (false, true) }
      state.move(partition, to: offset + 1)
      return (offset < span.end, state.left[partition] == nil)
    }
  }

  func skip() { state.withLock { $0.progress.skipped += 1 } }

  /// What lies before an offset is not there any more.
  func deleted(_ partition: TopicPartition, before offset: Int64) {
    state.withLock { $0.move(partition, to: offset) }
  }

  /// What the store is to be told with the records that were taken.
  func takeMoved() -> [PartitionProgress] {
    state.withLock { state in
      defer { state.moved = [:] }
      return state.moved.map { PartitionProgress($0, nextOffset: $1) }
    }
  }

  // MARK: Waiting for the broker

  func waits(since instant: ContinuousClock.Instant?) {
    state.withLock { state in
      // What comes beside messages does not end the wait.
      if instant == nil || state.waitingSince == nil { state.waitingSince = instant }
    }
  }

  var waitingSince: ContinuousClock.Instant? { state.withLock { $0.waitingSince } }

  var stalled: [TopicPartition: Span]? { state.withLock { $0.stalled } }

  /// Whether the wait that began then has lasted too long; if so, `stalled` says for what.
  func stalls(
    since instant: ContinuousClock.Instant, after limit: Duration, at now: ContinuousClock.Instant
  ) -> Bool {
    state.withLock { state in
      guard state.waitingSince == instant, instant + limit <= now else { return false }
      state.stalled = state.left
      return true
    }
  }
}
