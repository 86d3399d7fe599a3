import CRDKafka

/// One setting of a topic or broker, as the broker tells it.
public struct KafkaConfigurationEntry: Hashable, Sendable {
  public enum Source: Hashable, Sendable {
    /// Set on this topic.
    case topic
    /// Set on the broker or the cluster, in its file or since.
    case broker
    /// Kafka's own.
    case builtIn
    case unknown
  }

  public var name: String
  /// Nil for a sensitive setting.
  public var value: String?
  public var source: Source
  public var isReadOnly: Bool
  public var isSensitive: Bool
}

/// What has settings.
public enum KafkaResource: Hashable, Sendable, CustomStringConvertible {
  case topic(String)
  case broker(Int32)

  public var description: String {
    switch self {
    case .topic(let name): "topic \(name)"
    case .broker(let id): "broker \(id)"
    }
  }
}

extension KafkaAdmin {
  /// All settings of a topic or broker, by name, those left at their defaults included.
  public func describeConfiguration(
    of resource: KafkaResource, timeout: Duration = .seconds(10)
  ) async throws(KafkaError) -> [String: KafkaConfigurationEntry] {
    let context = "describe the configuration of \(resource)"
    return try await request(RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, context, timeout: timeout) {
      client, request throws(KafkaError) in
      try Self.describe(resource, client, request)
    }
  }

  /// The same of several topics, by topic, in one request.
  ///
  /// - Throws: `KafkaError`, also when one of the topics is not there.
  public func describeConfigurations(
    ofTopics topics: [String], timeout: Duration = .seconds(10)
  ) async throws(KafkaError) -> [String: [String: KafkaConfigurationEntry]] {
    guard !topics.isEmpty else { return [:] }
    let context = "describe the configuration of \(topics.count) topics"
    return try await request(RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, context, timeout: timeout) {
      client, request throws(KafkaError) in
      try Self.describe(topics.map { .topic($0) }, client, request)
    }
  }

  /// Changes these settings of a topic and keeps its others; nil takes a setting back to its default.
  ///
  /// librdkafka 2.0.2 knows only the request that replaces a topic's settings as a whole, so they are read
  /// first and sent back with the changes: a change that somebody else makes in between is undone.
  public func alterConfiguration(
    ofTopic topic: String, _ changes: [String: String?], timeout: Duration = .seconds(10)
  ) async throws(KafkaError) {
    let context = "alter the configuration of topic \(topic)"
    let present = try await describeConfiguration(of: .topic(topic), timeout: timeout)
    var settings = present.values.filter { $0.source == .topic }
      .reduce(into: [String: String]()) { $0[$1.name] = $1.value }
    for (key, value) in changes { settings[key] = value }
    try await request(RD_KAFKA_ADMIN_OP_ALTERCONFIGS, context, timeout: timeout) {
      [settings] client, request throws(KafkaError) in
      var raw = [rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic)]
      defer { for resource in raw { rd_kafka_ConfigResource_destroy(resource) } }
      for (key, value) in settings.sorted(by: { $0.key < $1.key }) {
        try check(
          rd_kafka_ConfigResource_set_config(raw[0], key, value), "\(context): \(key)=\(value)")
      }
      try request.answer(
        from: client,
        send: { rd_kafka_AlterConfigs(client, &raw, raw.count, $0, $1) },
        read: { event throws(KafkaError) in
          let resources = pointers { count in
            rd_kafka_AlterConfigs_result_resources(
              rd_kafka_event_AlterConfigs_result(event), count)
          }
          for resource in resources { try Self.throwError(of: resource, context) }
        })
    }
  }

  private static func describe(
    _ resource: KafkaResource, _ client: OpaquePointer, _ request: AdminRequest
  ) throws(KafkaError) -> [String: KafkaConfigurationEntry] {
    try describe([resource], client, request).first?.value ?? [:]
  }

  /// By name; those of topics may come in one request, each broker's goes to that broker.
  private static func describe(
    _ resources: [KafkaResource], _ client: OpaquePointer, _ request: AdminRequest
  ) throws(KafkaError) -> [String: [String: KafkaConfigurationEntry]] {
    var raw = resources.map { resource in
      switch resource {
      case .topic(let name): rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, name)
      case .broker(let id): rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_BROKER, "\(id)")
      }
    }
    defer { for resource in raw { rd_kafka_ConfigResource_destroy(resource) } }
    return try request.answer(
      from: client,
      send: { rd_kafka_DescribeConfigs(client, &raw, raw.count, $0, $1) },
      read: { event throws(KafkaError) in
        let resources = pointers { count in
          rd_kafka_DescribeConfigs_result_resources(
            rd_kafka_event_DescribeConfigs_result(event), count)
        }
        var found: [String: [String: KafkaConfigurationEntry]] = [:]
        for resource in resources {
          let name = String(cString: rd_kafka_ConfigResource_name(resource))
          try throwError(of: resource, "\(request.context): \(name)")
          var entries: [String: KafkaConfigurationEntry] = [:]
          for entry in pointers({ rd_kafka_ConfigResource_configs(resource, $0) }) {
            let entry = KafkaConfigurationEntry(entry)
            entries[entry.name] = entry
          }
          found[name] = entries
        }
        return found
      })
  }

  private static func throwError(
    of resource: OpaquePointer, _ context: String
  ) throws(KafkaError) {
    let error = KafkaError(
      carried: rd_kafka_ConfigResource_error(resource),
      rd_kafka_ConfigResource_error_string(resource), context)
    if let error { throw error }
  }
}

extension KafkaConfigurationEntry {
  fileprivate init(_ entry: OpaquePointer) {
    name = String(cString: rd_kafka_ConfigEntry_name(entry))
    value = rd_kafka_ConfigEntry_value(entry).map { String(cString: $0) }
    source =
      switch rd_kafka_ConfigEntry_source(entry) {
      case RD_KAFKA_CONFIG_SOURCE_DYNAMIC_TOPIC_CONFIG: .topic
      case RD_KAFKA_CONFIG_SOURCE_DYNAMIC_BROKER_CONFIG,
        RD_KAFKA_CONFIG_SOURCE_DYNAMIC_DEFAULT_BROKER_CONFIG,
        RD_KAFKA_CONFIG_SOURCE_STATIC_BROKER_CONFIG:
        .broker
      case RD_KAFKA_CONFIG_SOURCE_DEFAULT_CONFIG: .builtIn
      default: .unknown
      }
    isReadOnly = rd_kafka_ConfigEntry_is_read_only(entry) == 1
    isSensitive = rd_kafka_ConfigEntry_is_sensitive(entry) == 1
  }
}
