/// Settings of a ``KafkaProducer``.
public struct KafkaProducerConfiguration: Sendable {
  public enum Acknowledgement: String, Sendable {
    /// All in-sync replicas have it.
    case all
    /// The leader has it.
    case leader = "1"
    /// Nobody says.
    case none = "0"
  }

  public enum Compression: String, Sendable, CaseIterable {
    case none, gzip, snappy, lz4, zstd
  }

  public var client: KafkaClientConfiguration
  public var acknowledgement: Acknowledgement = .all
  /// The broker drops what a retry sends twice and keeps the order; needs `acknowledgement: .all`.
  public var idempotence: Bool = true
  public var compression: Compression = .none
  /// How long a message waits for company before its batch is sent: every batch costs wake-ups of
  /// three threads, and what a worker publishes took a second or more to make.
  public var linger: Duration = .milliseconds(15)
  /// How long a message may take from `enqueue` to its acknowledgement, retries included.
  public var deliveryTimeout: Duration = .seconds(120)
  /// Messages that may wait in the local queue; `enqueue` suspends above it.
  public var queueLimit: Int = 100_000
  /// Bytes that may wait in the local queue; `enqueue` suspends above it.
  public var queueLimitBytes: Int = 64 << 20

  public init(client: KafkaClientConfiguration) { self.client = client }

  func properties() throws(KafkaError) -> [String: String] {
    if idempotence, acknowledgement != .all {
      throw .configuration(
        key: "acks", value: acknowledgement.rawValue,
        reason: "contradicts enable.idempotence=true; allowed: all")
    }
    guard (1...10_000_000).contains(queueLimit) else {
      throw .configuration(
        key: "queue.buffering.max.messages", value: "\(queueLimit)",
        reason: "allowed: 1 to 10000000"
      )
    }
    guard (1 << 10...2 << 30).contains(queueLimitBytes) else {
      throw .configuration(
        key: "queue.buffering.max.kbytes", value: "\(queueLimitBytes >> 10)",
        reason: "allowed: 1 to 2097151")
    }
    return try client.merged(with: [
      "acks": acknowledgement.rawValue,
      "enable.idempotence": "\(idempotence)",
      "compression.codec": compression.rawValue,
      "linger.ms": "\(linger.wholeMilliseconds)",
      "delivery.timeout.ms": "\(deliveryTimeout.wholeMilliseconds)",
      "queue.buffering.max.messages": "\(queueLimit)",
      "queue.buffering.max.kbytes": "\(queueLimitBytes >> 10)",
      // Java's default partitioner, so that every client agrees where a key lives.
      "partitioner": "murmur2_random",
    ])
  }
}

extension Duration {
  var wholeMilliseconds: Int {
    Int(components.seconds) * 1_000 + Int(components.attoseconds / 1_000_000_000_000_000)
  }
}
