import Metrics
import Synchronization
import WorkerRuntime

/// A worker's numbers, under `kafka_worker`.
final class WorkerMetrics: Sendable {
  private struct Gauges {
    var inFlight: Gauge
    var buffered: Gauge
    var waiting: Gauge
    /// Of each state the age of the oldest unfinished message; one at a time.
    var age: (state: WorkerReport.State, gauge: Gauge)
    var oldest: Gauge
  }

  private let group: String
  private let gauges = Mutex<[TopicPartitionID: Gauges]>([:])

  init(group: String) { self.group = group }

  func received(_ topic: String, _ count: Int) {
    Counter(label: "kafka_worker.received", dimensions: [("group", group), ("topic", topic)])
      .increment(by: count)
  }

  /// What became of messages: `done`, `dead`, `moved` to a retry topic or `given_up` with their partition.
  func ended(_ topic: String, _ end: String, _ count: Int) {
    Counter(
      label: "kafka_worker.ended",
      dimensions: [("group", group), ("topic", topic), ("end", end)]
    ).increment(by: count)
  }

  func lost(_ id: TopicPartitionID, _ count: Int64) {
    Counter(label: "kafka_worker.lost", dimensions: dimensions(id)).increment(by: count)
  }

  func nearRetention(_ id: TopicPartitionID) {
    Counter(label: "kafka_worker.near_retention", dimensions: dimensions(id)).increment()
  }

  /// Sets the gauges of every partition, and takes away those of partitions that are gone.
  func update(_ report: WorkerReport) {
    gauges.withLock { gauges in
      var gone = gauges
      for partition in report.partitions {
        let id = TopicPartitionID(topic: partition.topic, partition: partition.partition)
        var own = gone.removeValue(forKey: id) ?? make(id, partition.state)
        if own.age.state != partition.state {
          own.age.gauge.destroy()
          own.age = (partition.state, age(id, partition.state))
        }
        own.inFlight.record(partition.inFlight)
        own.buffered.record(partition.buffered)
        own.waiting.record(partition.waiting)
        own.age.gauge.record(partition.ageSeconds ?? 0)
        own.oldest.record(partition.oldestUnfinished ?? -1)
        gauges[id] = own
      }
      for (id, own) in gone {
        for gauge in [own.inFlight, own.buffered, own.waiting, own.age.gauge, own.oldest] {
          gauge.destroy()
        }
        gauges[id] = nil
      }
    }
  }

  private func make(_ id: TopicPartitionID, _ state: WorkerReport.State) -> Gauges {
    func gauge(_ name: String) -> Gauge {
      Gauge(label: "kafka_worker.\(name)", dimensions: dimensions(id))
    }
    return Gauges(
      inFlight: gauge("in_flight"), buffered: gauge("buffered"), waiting: gauge("waiting"),
      age: (state, age(id, state)), oldest: gauge("oldest_unfinished_offset"))
  }

  private func age(_ id: TopicPartitionID, _ state: WorkerReport.State) -> Gauge {
    Gauge(
      label: "kafka_worker.oldest_unfinished_age_seconds",
      dimensions: dimensions(id) + [("state", state.rawValue)])
  }

  private func dimensions(_ id: TopicPartitionID) -> [(String, String)] {
    [("group", group), ("topic", id.topic), ("partition", "\(id.partition)")]
  }
}
