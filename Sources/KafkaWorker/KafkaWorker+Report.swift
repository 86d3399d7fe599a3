import Synchronization
import WorkerRuntime

extension KafkaWorker {
  /// What the worker is doing now, partition by partition.
  public func report() -> WorkerReport {
    let now = ContinuousClock.now
    let held = holds.withLock { $0.map(\.current) }
    let (statuses, inFlight, strays) = core.withLock { core in
      let statuses = core.partitions.compactMap { id in core.status(of: id).map { (id, $0) } }
      return (statuses, core.inFlight + core.staleInFlight, core.strays)
    }
    var partitions = waits.withLock { waits in
      statuses.map { id, status in
        let (state, reason) = Self.state(
          of: status, wait: waits[id], held: held[lanes.lane(of: id.topic)])
        return (
          id: id,
          report: WorkerReport.Partition(
            topic: id.topic, partition: id.partition, state: state, reason: reason,
            oldestUnfinished: status.oldestUnfinished?.offset,
            ageSeconds: status.oldestUnfinished.map { (now - $0.receivedAt) / .seconds(1) },
            inFlight: status.inFlight, buffered: status.buffered, waiting: status.waiting)
        )
      }
    }
    let suspended = suspension.withLock { $0.isClosed }
    let observations = partitions.map { id, report in
      let isAble = !suspended && [.queued, .calling].contains(report.state)
      return (id, ProgressWatch.Observation(oldest: report.oldestUnfinished, isAble: isAble))
    }
    let stalled = progress.withLock {
      $0.observe(Dictionary(uniqueKeysWithValues: observations), at: now)
    }
    for index in partitions.indices {
      partitions[index].report.stalledSeconds = stalled[partitions[index].id].map {
        $0 / .seconds(1)
      }
    }
    return WorkerReport(
      partitions: partitions.map(\.report).sorted {
        ($0.topic, $0.partition) < ($1.topic, $1.partition)
      },
      inFlight: inFlight, abandonedHandlers: strays,
      held: held.lazy.compactMap(\.self).first?.description,
      suspended: suspended)
  }

  private static func state(
    of status: PartitionStatus, wait: [Int64: WorkFailure]?, held: WorkFailure?
  ) -> (WorkerReport.State, String?) {
    guard let oldest = status.oldestUnfinished else {
      return (status.draining ? .draining : status.lanePaused ? .paused : .idle, nil)
    }
    let failure = wait?[oldest.offset]
    if let failure, failure.verdict == .hold { return (.held, failure.reason) }
    if status.draining { return (.draining, nil) }
    switch oldest.stage {
    case .inFlight where failure != nil: return (.waitingToRetry, failure?.reason)
    case .inFlight: return (.calling, nil)
    case .waiting: return (status.lanePaused ? .paused : .waitingToRetry, nil)
    // Whatever is in flight stands at the gate.
    case .queued where status.lanePaused: return (.paused, nil)
    case .queued: return held.map { (.held, $0.reason) } ?? (.queued, nil)
    }
  }
}

/// Why messages in flight are not with the handler.
struct Waits {
  private var failures: [TopicPartitionID: [Int64: WorkFailure]] = [:]

  subscript(partition: TopicPartitionID) -> [Int64: WorkFailure]? { failures[partition] }

  mutating func note(_ failure: WorkFailure, _ partition: TopicPartitionID, _ offset: Int64) {
    failures[partition, default: [:]][offset] = failure
  }

  mutating func forget(_ partition: TopicPartitionID, _ offset: Int64) {
    guard failures[partition]?.removeValue(forKey: offset) != nil else { return }
    if failures[partition]?.isEmpty == true { failures[partition] = nil }
  }
}
