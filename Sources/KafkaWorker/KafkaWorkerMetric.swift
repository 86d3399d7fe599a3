import Metrics

/// The names that this room records under.
public enum KafkaWorkerMetric: String, CaseIterable, Sendable {
  case received = "kafka_worker.received"
  case ended = "kafka_worker.ended"
  case partitions = "kafka_worker.partitions"
  case heldPartitions = "kafka_worker.held_partitions"
  case lag = "kafka_worker.lag"
  case watermarkGap = "kafka_worker.watermark_gap"
  case inFlight = "kafka_worker.in_flight"
  case inFlightBound = "kafka_worker.in_flight_bound"
  case buffered = "kafka_worker.buffered"
  case waiting = "kafka_worker.waiting"
  case oldestAge = "kafka_worker.oldest_unfinished_age_seconds"
  case oldestOffset = "kafka_worker.oldest_unfinished_offset"
  case stalled = "kafka_worker.stalled_seconds"
  case abandonedHandlers = "kafka_worker.abandoned_handlers"
  case suspended = "kafka_worker.suspended"
  case queueTime = "kafka_worker.queue"
  case handlingTime = "kafka_worker.handling"
  case postponed = "kafka_worker.postponed"
  case retries = "kafka_worker.retries"
  case deadLetters = "kafka_worker.dead_letters"
  case lost = "kafka_worker.lost"
  case nearRetention = "kafka_worker.near_retention"
  case rebalances = "kafka_worker.rebalances"
  case drainTime = "kafka_worker.drain"
  case commits = "kafka_worker.commits"

  typealias Labels = [(String, String)]

  func count(_ labels: Labels, by count: Int64 = 1) {
    Counter(label: rawValue, dimensions: labels).increment(by: count)
  }

  func time(_ duration: Duration, _ labels: Labels) {
    Timer(label: rawValue, dimensions: labels).record(duration: duration)
  }
}

/// Gauges that are all set at once: what is not among them any more is taken away, so that nobody reads what a
/// partition was before it left.
struct GaugeSet {
  struct Key: Hashable {
    let name: String
    let labels: [String: String]
  }

  private var gauges: [Key: Gauge] = [:]

  mutating func show(_ values: [Key: Double]) {
    for (key, gauge) in gauges where values[key] == nil {
      gauge.destroy()
      gauges[key] = nil
    }
    for (key, value) in values {
      let gauge =
        gauges[key]
        ?? Gauge(
          label: key.name, dimensions: key.labels.sorted { $0.key < $1.key }.map { ($0, $1) })
      gauges[key] = gauge
      gauge.record(value)
    }
  }
}
