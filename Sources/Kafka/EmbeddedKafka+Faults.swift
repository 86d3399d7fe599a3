import CRDKafka

/// A request type of the Kafka protocol, by its number there.
public struct KafkaAPI: RawRepresentable, Hashable, Sendable {
  public let rawValue: Int16

  public init(rawValue: Int16) { self.rawValue = rawValue }

  public static let produce = Self(rawValue: 0)
  public static let fetch = Self(rawValue: 1)
  public static let listOffsets = Self(rawValue: 2)
  public static let metadata = Self(rawValue: 3)
  public static let offsetCommit = Self(rawValue: 8)
  public static let offsetFetch = Self(rawValue: 9)
  public static let findCoordinator = Self(rawValue: 10)
  public static let joinGroup = Self(rawValue: 11)
  public static let heartbeat = Self(rawValue: 12)
  public static let leaveGroup = Self(rawValue: 13)
  public static let syncGroup = Self(rawValue: 14)
  public static let initProducerID = Self(rawValue: 22)
}

/// Faults on order.
extension EmbeddedKafka {
  /// Answers the next requests of a type with these errors, one each, whichever broker they reach;
  /// `transport` closes the connection instead.
  public func failNextRequests(
    ofType api: KafkaAPI, with codes: [KafkaErrorCode]
  ) throws(KafkaError) {
    let errors = codes.map { rd_kafka_resp_err_t(rawValue: $0.rawValue) }
    try call("fail requests of type \(api.rawValue)") { cluster in
      rd_kafka_mock_push_request_errors_array(cluster, api.rawValue, errors.count, errors)
      return RD_KAFKA_RESP_ERR_NO_ERROR
    }
  }

  /// Takes back what ``failNextRequests(ofType:with:)`` has not used up.
  public func clearFailures(ofType api: KafkaAPI) throws(KafkaError) {
    try call("clear failures of type \(api.rawValue)") { cluster in
      rd_kafka_mock_clear_request_errors(cluster, api.rawValue)
      return RD_KAFKA_RESP_ERR_NO_ERROR
    }
  }

  /// Closes a broker's connections and takes no new ones; nil for all brokers. Leaders stay where they are.
  public func setDown(_ broker: Int32? = nil) throws(KafkaError) {
    try call("take broker \(broker ?? -1) down") { rd_kafka_mock_broker_set_down($0, broker ?? -1) }
  }

  /// Lets a broker take connections again; nil for all brokers.
  public func setUp(_ broker: Int32? = nil) throws(KafkaError) {
    try call("bring broker \(broker ?? -1) up") { rd_kafka_mock_broker_set_up($0, broker ?? -1) }
  }

  /// Delays every answer of a broker, to the millisecond; nil for all brokers.
  public func setRoundTrip(_ duration: Duration, broker: Int32? = nil) throws(KafkaError) {
    try call("set the round trip of broker \(broker ?? -1)") {
      rd_kafka_mock_broker_set_rtt($0, broker ?? -1, Int32(duration.wholeMilliseconds))
    }
  }

  /// Makes a broker the partition's leader; nil leaves it without one.
  public func moveLeader(
    of partition: TopicPartition, to broker: Int32?
  ) throws(KafkaError) {
    try call("move the leader of \(partition)") {
      rd_kafka_mock_partition_set_leader(
        $0, partition.topic, partition.partition, broker ?? -1)
    }
  }

  /// Makes a broker the coordinator of a consumer group.
  public func moveCoordinator(ofGroup group: String, to broker: Int32) throws(KafkaError) {
    try call("move the coordinator of group \(group)") {
      rd_kafka_mock_coordinator_set($0, "group", group, broker)
    }
  }
}
