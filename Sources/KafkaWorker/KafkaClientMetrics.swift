import Kafka
import Metrics
import Synchronization

/// Records what librdkafka says of a client.
public final class KafkaClientMetrics: Sendable {
  public enum Metric: String, CaseIterable, Sendable {
    case brokerUp = "kafka_client.broker_up"
    case roundTrip = "kafka_client.broker_round_trip_seconds"
    case throttle = "kafka_client.broker_throttle_seconds"
    case errors = "kafka_client.broker_errors"
    case disconnects = "kafka_client.broker_disconnects"
    case queued = "kafka_client.queued_messages"
    case queuedBytes = "kafka_client.queued_bytes"
    case prefetched = "kafka_client.prefetched_messages"
    case prefetchedBytes = "kafka_client.prefetched_bytes"
    case messages = "kafka_client.messages"
    case messageBytes = "kafka_client.message_bytes"
  }

  private struct State {
    var gauges = GaugeSet()
    /// What was counted of what librdkafka counts itself.
    var counted: [GaugeSet.Key: Int] = [:]
  }

  /// How often clients that are measured tell their statistics.
  public static let interval = Duration.seconds(5)

  private let client: String
  private let state = Mutex(State())

  /// - Parameter client: names it in the label `client`, such as `producer`.
  public init(client: String) { self.client = client }

  public func record(_ statistics: KafkaStatistics) {
    state.withLock { state in
      state.gauges.show(gauges(statistics))
      for (key, count) in counts(statistics) {
        let new = count - (state.counted[key] ?? 0)
        if new < 0 { continue }
        state.counted[key] = count
        Counter(
          label: key.name, dimensions: key.labels.sorted { $0.key < $1.key }.map { ($0, $1) }
        ).increment(by: new)
      }
    }
  }

  private func gauges(_ statistics: KafkaStatistics) -> [GaugeSet.Key: Double] {
    var values: [GaugeSet.Key: Double] = [:]
    func show(_ metric: Metric, _ value: Double, _ labels: [String: String] = [:]) {
      values[key(metric, labels)] = value
    }
    for broker in statistics.brokers {
      let of = ["broker": broker.name]
      func trip(_ statistic: String) -> [String: String] {
        ["broker": broker.name, "statistic": statistic]
      }
      show(.brokerUp, broker.isUp ? 1 : 0, of)
      show(.throttle, broker.throttle / .seconds(1), of)
      show(.roundTrip, broker.meanRoundTrip / .seconds(1), trip("mean"))
      show(.roundTrip, broker.longRoundTrip / .seconds(1), trip("p99"))
    }
    show(.queued, Double(statistics.queued))
    show(.queuedBytes, Double(statistics.queuedBytes))
    let partitions = statistics.partitions.values
    show(.prefetched, Double(partitions.reduce(0) { $0 + $1.prefetched }))
    show(.prefetchedBytes, Double(partitions.reduce(0) { $0 + $1.prefetchedBytes }))
    return values
  }

  private func counts(_ statistics: KafkaStatistics) -> [GaugeSet.Key: Int] {
    var counts: [GaugeSet.Key: Int] = [:]
    for broker in statistics.brokers {
      let kinds = [
        ("transmit", broker.transmitErrors), ("receive", broker.receiveErrors),
        ("timeout", broker.timeouts),
      ]
      for (kind, count) in kinds {
        counts[key(.errors, ["broker": broker.name, "kind": kind])] = count
      }
      counts[key(.disconnects, ["broker": broker.name])] = broker.disconnects
    }
    for (direction, messages, bytes) in [
      ("sent", statistics.sentMessages, statistics.sentBytes),
      ("received", statistics.receivedMessages, statistics.receivedBytes),
    ] {
      counts[key(.messages, ["direction": direction])] = messages
      counts[key(.messageBytes, ["direction": direction])] = bytes
    }
    return counts
  }

  private func key(_ metric: Metric, _ labels: [String: String]) -> GaugeSet.Key {
    .init(name: metric.rawValue, labels: labels.merging(["client": client]) { own, _ in own })
  }
}
