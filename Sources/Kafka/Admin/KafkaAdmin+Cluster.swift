import CRDKafka

/// A cluster as its brokers describe it.
public struct KafkaClusterDescription: Hashable, Sendable {
  public struct Broker: Hashable, Sendable, CustomStringConvertible {
    public var id: Int32
    public var host: String
    public var port: Int32

    public var description: String { "\(id) at \(host):\(port)" }
  }

  /// Nil where the brokers name none.
  public var id: String?
  /// The broker that takes admin requests; nil while there is none.
  public var controller: Int32?
  public var brokers: [Broker]

  /// librdkafka's mock cluster, which takes no admin requests, says so in its cluster identifier.
  var isEmbedded: Bool { id?.hasPrefix("mockCluster") == true }
}

extension KafkaAdmin {
  /// The brokers, in order of their identifiers.
  public func cluster(
    timeout: Duration = .seconds(10)
  ) async throws(KafkaError) -> KafkaClusterDescription {
    try await run { [servers] client throws(KafkaError) in
      try Self.describeCluster(client, servers: servers, timeout: timeout)
    }
  }

  /// Throws at once where admin requests would wait for their timeout, before anything is asked of the brokers.
  ///
  /// - Parameter purpose: what they are needed for, as the error says it.
  /// - Throws: `KafkaError`, with ``KafkaErrorCode/unsupportedFeature`` for a cluster that takes none.
  public func requireAdminRequests(
    for purpose: String, timeout: Duration = .seconds(10)
  ) async throws(KafkaError) {
    try await run { [servers] client throws(KafkaError) in
      try Self.requireAdmin(client, servers: servers, context: purpose, timeout: timeout)
    }
  }

  static func describeCluster(
    _ client: OpaquePointer, servers: String, timeout: Duration
  ) throws(KafkaError) -> KafkaClusterDescription {
    try TopicMetadata.brokers(client: client, servers: servers, timeout: timeout) { metadata in
      let brokers = (0..<Int(metadata.broker_cnt)).map { index in
        let broker = metadata.brokers[index]
        return KafkaClusterDescription.Broker(
          id: broker.id, host: String(cString: broker.host), port: broker.port)
      }
      // Both return at once here: the metadata that says them was just received.
      let milliseconds = Int32(timeout.wholeMilliseconds)
      let id = rd_kafka_clusterid(client, milliseconds)
      defer { if let id { rd_kafka_mem_free(client, id) } }
      let controller = rd_kafka_controllerid(client, milliseconds)
      return KafkaClusterDescription(
        id: id.map { String(cString: $0) }, controller: controller < 0 ? nil : controller,
        brokers: brokers.sorted { $0.id < $1.id })
    }
  }

  /// Refuses at once what an embedded cluster would let wait until its timeout.
  static func requireAdmin(
    _ client: OpaquePointer, servers: String, context: String, timeout: Duration
  ) throws(KafkaError) {
    let cluster = try describeCluster(client, servers: servers, timeout: timeout)
    if cluster.isEmbedded {
      throw KafkaError(
        RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE,
        "\(context): \(servers) is an embedded cluster, which takes no admin requests; "
          + "create its topics with EmbeddedKafka.createTopic")
    }
  }

  /// Sends an admin request to a cluster that takes them.
  func request<T: Sendable>(
    _ operation: rd_kafka_admin_op_t, _ context: String, timeout: Duration,
    _ body: @escaping @Sendable (OpaquePointer, AdminRequest) throws(KafkaError) -> T
  ) async throws(KafkaError) -> T {
    try await run { [servers] client throws(KafkaError) in
      let clock = ContinuousClock()
      let deadline = clock.now + timeout
      try Self.requireAdmin(client, servers: servers, context: context, timeout: timeout)
      let rest = max(.milliseconds(1), deadline - clock.now)
      return try body(
        client, AdminRequest(operation: operation, context: context, timeout: rest))
    }
  }
}
