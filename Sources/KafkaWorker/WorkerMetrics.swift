import Kafka
import Metrics
import Synchronization
import WorkerRuntime

/// A worker's numbers.
final class WorkerMetrics: Sendable {
  fileprivate struct State {
    var gauges = GaugeSet()
    /// Of each partition the newest offset received, and its end and committed offset as the broker says.
    var newest: [TopicPartitionID: Int64] = [:]
    var logs: [TopicPartitionID: KafkaStatistics.Partition] = [:]
  }

  private let group: String
  private let inFlightBound: Int
  private let state = Mutex(State())

  init(group: String, inFlightBound: Int) {
    self.group = group
    self.inFlightBound = inFlightBound
  }

  // MARK: Counts

  func received(_ items: [WorkerCore<WorkItem>.Item]) {
    var counts: [String: Int64] = [:]
    state.withLock { state in
      for item in items {
        counts[item.partition.topic, default: 0] += 1
        state.newest[item.partition] = max(item.offset, state.newest[item.partition] ?? -1)
      }
    }
    for (topic, count) in counts {
      KafkaWorkerMetric.received.count(labels(topic), by: count)
    }
  }

  /// What became of messages: `done`, `dead`, `moved` to a retry topic or `given_up` with their partition.
  func ended(_ topic: String, _ end: String, _ count: Int) {
    KafkaWorkerMetric.ended.count(labels(topic) + [("end", end)], by: Int64(count))
  }

  func begun(_ topic: String, after wait: Duration) {
    KafkaWorkerMetric.queueTime.time(wait, labels(topic))
  }

  func handled(_ topic: String, in duration: Duration) {
    KafkaWorkerMetric.handlingTime.time(duration, labels(topic))
  }

  func retried(in tier: String) {
    KafkaWorkerMetric.retries.count([("group", group), ("tier", tier)])
  }

  func drained(in duration: Duration) {
    KafkaWorkerMetric.drainTime.time(duration, [("group", group)])
  }

  func committed(accepted: Bool) {
    KafkaWorkerMetric.commits.count(
      [("group", group), ("result", accepted ? "accepted" : "refused")])
  }

  func take(_ event: WorkerEvent) {
    switch event {
    case .assigned: rebalanced("assigned")
    case .revoked(_, let lost): rebalanced(lost ? "lost" : "revoked")
    case .postponed(let failure, let partition, _):
      KafkaWorkerMetric.postponed.count(
        labels(partition.topic) + [
          ("verdict", failure.verdict.rawValue), ("reason", failure.reason),
        ])
    case .died(let failure, let partition, _):
      KafkaWorkerMetric.deadLetters.count(labels(partition.topic) + [("reason", failure.reason)])
    case .lost(let partition, let offsets):
      KafkaWorkerMetric.lost.count(
        labels(TopicPartitionID(partition)), by: Int64(offsets.count))
    case .nearRetention(let partition, _, _, _):
      KafkaWorkerMetric.nearRetention.count(labels(TopicPartitionID(partition)))
    case .attached, .clientFailed: break
    }
  }

  private func rebalanced(_ kind: String) {
    KafkaWorkerMetric.rebalances.count([("group", group), ("kind", kind)])
  }

  // MARK: Gauges

  /// Takes what librdkafka says of a consumer of the worker.
  func taking(_ client: String) -> @Sendable (KafkaStatistics) -> Void {
    let clientMetrics = KafkaClientMetrics(client: "\(group)/\(client)")
    return { statistics in
      self.take(statistics)
      clientMetrics.record(statistics)
    }
  }

  private func take(_ statistics: KafkaStatistics) {
    state.withLock { state in
      for (partition, log) in statistics.partitions {
        state.logs[TopicPartitionID(partition)] = log
      }
    }
  }

  /// Sets the gauges of every partition, and takes away those of partitions that are gone.
  ///
  /// - Parameter positions: the offsets that would be committed.
  func update(_ report: WorkerReport, positions: [TopicPartitionID: Int64]) {
    state.withLock { state in
      var values: [GaugeSet.Key: Double] = [:]
      func show(_ metric: KafkaWorkerMetric, _ labels: [String: String], _ value: Double) {
        let labels = labels.merging(["group": group]) { own, _ in own }
        values[.init(name: metric.rawValue, labels: labels), default: 0] += value
      }
      show(.inFlightBound, [:], Double(inFlightBound))
      show(.abandonedHandlers, [:], Double(report.abandonedHandlers))
      show(.suspended, [:], report.suspended ? 1 : 0)
      var owned: Set<TopicPartitionID> = []
      for partition in report.partitions {
        let id = TopicPartitionID(topic: partition.topic, partition: partition.partition)
        owned.insert(id)
        let of = ["topic": id.topic, "partition": "\(id.partition)"]
        show(.inFlight, of, Double(partition.inFlight))
        show(.buffered, of, Double(partition.buffered))
        show(.waiting, of, Double(partition.waiting))
        show(.stalled, of, partition.stalledSeconds ?? 0)
        show(.oldestOffset, of, Double(partition.oldestUnfinished ?? -1))
        show(
          .oldestAge, of.merging(["state": partition.state.rawValue]) { own, _ in own },
          partition.ageSeconds ?? 0)
        let gap = partition.oldestUnfinished.map { max(0, (state.newest[id] ?? $0) - $0 + 1) }
        show(.watermarkGap, of, Double(gap ?? 0))
        if let lag = state.lag(of: id, position: positions[id]) { show(.lag, of, Double(lag)) }
        show(.partitions, ["topic": id.topic, "state": partition.state.rawValue], 1)
        if partition.state == .held {
          show(.heldPartitions, ["topic": id.topic, "reason": partition.reason ?? ""], 1)
        }
      }
      state.newest = state.newest.filter { owned.contains($0.key) }
      state.logs = state.logs.filter { owned.contains($0.key) }
      state.gauges.show(values)
    }
  }

  private func labels(_ topic: String) -> KafkaWorkerMetric.Labels {
    [("group", group), ("topic", topic)]
  }

  private func labels(_ id: TopicPartitionID) -> KafkaWorkerMetric.Labels {
    labels(id.topic) + [("partition", "\(id.partition)")]
  }
}

extension WorkerMetrics.State {
  /// Nil until the broker has told of the partition.
  fileprivate func lag(of id: TopicPartitionID, position: Int64?) -> Int64? {
    guard let log = logs[id], let end = log.end, let position = position ?? log.committed else {
      return nil
    }
    return max(0, end - position)
  }
}
