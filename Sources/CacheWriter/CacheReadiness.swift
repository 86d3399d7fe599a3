import HighlightStore
import Kafka
import Logging
import Synchronization

/// Whether a store has applied its topics up to where they ended at the start, as `/readyz` asks.
///
/// Once it has, it stays ready: what comes later is lag, and no reason to take nothing from the store.
public final class CacheReadiness: Sendable {
  private struct State {
    /// What is still to be applied, by partition; nil until it is known.
    var left: [TopicPartition: (applied: Int64, end: Int64)]?
    /// Why it was not known at the last try.
    var trouble: String?
  }

  private let topics: [String]
  private let state = Mutex(State())

  public init(topics: some Sequence<String>) {
    self.topics = topics.sorted()
  }

  private var isKnown: Bool { state.withLock { $0.left != nil } }

  public var isReady: Bool { state.withLock { $0.left?.isEmpty ?? false } }

  /// Why the store is not ready, in words; empty when it is. At most ten partitions are named.
  public var troubles: [String] {
    state.withLock { state in
      let cause = state.trouble.map { ": \($0)" } ?? ""
      guard let left = state.left else {
        return ["the ends of \(topics.joined(separator: ", ")) are not known yet\(cause)"]
      }
      let partitions = left.sorted {
        ($0.key.topic, $0.key.partition) < ($1.key.topic, $1.key.partition)
      }
      var lines = partitions.prefix(10).map { partition, span in
        "the store has applied \(partition) up to \(span.applied) of \(span.end)"
      }
      if left.count > 10 { lines.append("and \(left.count - 10) more partitions") }
      if !left.isEmpty, !cause.isEmpty { lines.append("the store could not be asked\(cause)") }
      return lines
    }
  }

  /// Takes what the topics hold; only the first time that it is told.
  public func begin(_ logs: [TopicPartition: Range<Int64>]) {
    state.withLock { state in
      guard state.left == nil else { return }
      state.left = logs.filter { !$0.value.isEmpty }.mapValues { ($0.lowerBound, $0.upperBound) }
    }
  }

  /// Takes how far partitions are applied; what is told before ``begin(_:)`` is found in the store.
  public func applied(_ progress: [PartitionProgress]) {
    state.withLock { state in
      for part in progress {
        let partition = TopicPartition(topic: part.topic, partition: part.partition)
        guard let span = state.left?[partition] else { continue }
        state.left?[partition] =
          part.nextOffset >= span.end ? nil : (max(span.applied, part.nextOffset), span.end)
      }
    }
  }

  /// Asks the broker, and the store for what others have applied to it. What the broker deleted meanwhile is not
  /// waited for.
  ///
  /// - Throws: `RebuildError`, or what the store throws; ``troubles`` tells it too.
  public func refresh(store: any HighlightStore, client: KafkaClientConfiguration) async throws {
    do {
      try await TopicLogs.with(client, logger: Logger(label: "cache.readiness")) { logs in
        if !isKnown { begin(try await logs.read(topics)) }
        let left = state.withLock { $0.left ?? [:] }
        for (partition, offset) in try await logs.oldest(of: left.keys) {
          applied([PartitionProgress(partition, nextOffset: offset)])
        }
      }
      for topic in topics {
        let offsets = try await store.appliedOffsets(topic: topic)
        applied(
          offsets.map { PartitionProgress(topic: topic, partition: $0, nextOffset: $1) })
      }
      state.withLock { $0.trouble = nil }
    } catch {
      state.withLock { $0.trouble = "\(error)" }
      throw error
    }
  }

  /// Refreshes until the store is ready or the task is cancelled.
  public func follow(
    store: any HighlightStore, client: KafkaClientConfiguration, every pause: Duration = .seconds(2)
  ) async {
    while !Task.isCancelled {
      // What is the matter is told by `troubles`.
      try? await refresh(store: store, client: client)
      if isReady { return }
      try? await Task.sleep(for: pause)
    }
  }
}
