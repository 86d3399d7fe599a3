import CRDKafka
import Logging
import Synchronization

/// librdkafka's mock cluster in this process: a Kafka to try things on, not one to keep data in.
///
/// Other processes reach it at ``bootstrapServers``, on 127.0.0.1. It serves producing (idempotence and
/// every compression included), fetching, groups with range or cooperative-sticky assignment, static
/// members, and commits with metadata. What it does not do:
/// - It keeps 5 MiB and 100,000 message sets a partition and **drops the oldest beyond that without a
///   word**: whoever publishes ahead of consumption must bound how far.
/// - No admin requests: they wait until their timeout. Topics come from
///   ``createTopic(_:partitions:replication:)``, or with 4 partitions from the first use of their name.
/// - No compaction, no retention, no offsets by time, nothing on disk; transactions are accepted, but not
///   kept to.
/// - An empty fetch waits out `fetch.wait.max.ms` and new data does not wake it: give consumers
///   ``clientProperties``.
///
/// The first member of a group waits 3 seconds for others to join.
public final class EmbeddedKafka: Sendable {
  /// The librdkafka properties that consumers of an embedded cluster want, for
  /// ``KafkaClientConfiguration/properties``.
  public static let clientProperties = ["fetch.wait.max.ms": "10"]

  /// Where clients connect: `host:port`, separated by commas, in order of broker identifiers from 1.
  public let bootstrapServers: String
  /// The brokers' identifiers.
  public let brokers: ClosedRange<Int32>

  private let handle: ClientHandle
  /// The address of the `rd_kafka_mock_cluster_t`; nil after shutdown. Calls hold the lock, so that none is
  /// inside the cluster when it goes.
  private let cluster: Mutex<UInt?>

  /// Starts the brokers, each on a free port of 127.0.0.1.
  public init(
    brokers: Int = 1, logger: Logger = Logger(label: "kafka.embedded")
  ) throws(KafkaError) {
    guard (1...100).contains(brokers) else {
      throw .configuration(key: "brokers", value: "\(brokers)", reason: "allowed: 1 to 100")
    }
    handle = try ClientHandle(
      // It connects to nothing, which librdkafka would otherwise say at level 5.
      type: RD_KAFKA_PRODUCER, properties: ["client.id": "embedded", "log_level": "4"],
      context: CallbackContext(logger: logger, onError: { _ in }))
    guard let pointer = rd_kafka_mock_cluster_new(handle.pointer, Int32(brokers)) else {
      handle.destroy()
      throw KafkaError(
        RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE, "starting \(brokers) embedded brokers on 127.0.0.1")
    }
    bootstrapServers = String(cString: rd_kafka_mock_cluster_bootstraps(pointer))
    self.brokers = 1...Int32(brokers)
    cluster = Mutex(UInt(bitPattern: pointer))
  }

  deinit { shutdown() }

  /// How a client reaches this cluster, with ``clientProperties``.
  public var clientConfiguration: KafkaClientConfiguration {
    var configuration = KafkaClientConfiguration(
      bootstrapServers: bootstrapServers.split(separator: ",").map(String.init))
    configuration.properties = Self.clientProperties
    return configuration
  }

  /// Creates a topic; one that exists fails with `topicAlreadyExists`.
  public func createTopic(
    _ name: String, partitions: Int32, replication: Int = 1
  ) throws(KafkaError) {
    try call("create topic \(name) with \(partitions) partitions") {
      rd_kafka_mock_topic_create($0, name, partitions, Int32(replication))
    }
  }

  /// Ends the brokers and drops all they hold; after that every call throws `closed`. May be called again.
  public func shutdown() {
    cluster.withLock { address in
      guard let pointer = OpaquePointer(bitPattern: address ?? 0) else { return }
      address = nil
      rd_kafka_mock_cluster_destroy(pointer)
      handle.destroy()
    }
  }

  /// Runs `body` on the cluster unless it was shut down.
  func call(
    _ context: @autoclosure () -> String, _ body: (OpaquePointer) -> rd_kafka_resp_err_t
  ) throws(KafkaError) {
    let code = cluster.withLock { address in OpaquePointer(bitPattern: address ?? 0).map(body) }
    guard let code else { throw .closed("embedded Kafka") }
    try check(code, context())
  }
}
