import CRDKafka

/// A topic to create.
public struct KafkaNewTopic: Hashable, Sendable {
  public var name: String
  public var partitions: Int32
  /// Copies of each partition; -1 for the broker's default.
  public var replication: Int
  /// Topic settings under their own names, such as `retention.ms`.
  public var configuration: [String: String]

  public init(
    name: String, partitions: Int32, replication: Int = -1, configuration: [String: String] = [:]
  ) {
    self.name = name
    self.partitions = partitions
    self.replication = replication
    self.configuration = configuration
  }
}

/// What came of creating one topic.
public enum KafkaTopicCreation: Hashable, Sendable {
  case created
  /// A topic of that name was there; nothing was changed.
  case alreadyExists
  case failed(KafkaError)
}

/// What came of deleting one topic.
public enum KafkaTopicDeletion: Hashable, Sendable {
  case deleted
  /// There was no topic of that name.
  case unknown
  case failed(KafkaError)
}

/// A topic as the brokers describe it.
public struct KafkaTopicDescription: Hashable, Sendable {
  public struct Partition: Hashable, Sendable {
    /// From 0.
    public var id: Int32
    /// Nil while the partition has no leader.
    public var leader: Int32?
    public var replicas: [Int32]
    public var inSyncReplicas: [Int32]
  }

  public var name: String
  /// In order.
  public var partitions: [Partition]

  /// Copies of a partition, as the first one has.
  public var replication: Int { partitions.first?.replicas.count ?? 0 }
}

extension KafkaAdmin {
  /// Creates topics; each has a result of its own, under its name.
  /// - Parameter validateOnly: The broker says what it would do and does nothing.
  public func createTopics(
    _ topics: [KafkaNewTopic], validateOnly: Bool = false, timeout: Duration = .seconds(30)
  ) async throws(KafkaError) -> [String: KafkaTopicCreation] {
    guard !topics.isEmpty else { return [:] }
    let context = "create topics \(topics.map(\.name).joined(separator: ", "))"
    return try await request(RD_KAFKA_ADMIN_OP_CREATETOPICS, context, timeout: timeout) {
      client, request throws(KafkaError) in
      var raw: [OpaquePointer?] = []
      defer { for topic in raw { rd_kafka_NewTopic_destroy(topic) } }
      for topic in topics { raw.append(try topic.makeRaw()) }
      return try request.answer(
        from: client, validateOnly: validateOnly,
        send: { rd_kafka_CreateTopics(client, &raw, raw.count, $0, $1) },
        read: { event in
          let results = pointers { count in
            rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), count)
          }
          return Self.results(results, "create topic") { error in
            switch error {
            case nil: .created
            case let error? where error.code == .topicAlreadyExists: .alreadyExists
            case let error?: .failed(error)
            }
          }
        })
    }
  }

  /// Deletes topics with all they hold; each has a result of its own, under its name.
  public func deleteTopics(
    _ names: [String], timeout: Duration = .seconds(30)
  ) async throws(KafkaError) -> [String: KafkaTopicDeletion] {
    guard !names.isEmpty else { return [:] }
    let context = "delete topics \(names.joined(separator: ", "))"
    return try await request(RD_KAFKA_ADMIN_OP_DELETETOPICS, context, timeout: timeout) {
      client, request throws(KafkaError) in
      var raw = names.map { rd_kafka_DeleteTopic_new($0) }
      defer { for topic in raw { rd_kafka_DeleteTopic_destroy(topic) } }
      return try request.answer(
        from: client,
        send: { rd_kafka_DeleteTopics(client, &raw, raw.count, $0, $1) },
        read: { event in
          let results = pointers { count in
            rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result(event), count)
          }
          return Self.results(results, "delete topic") { error in
            switch error {
            case nil: .deleted
            case let error? where error.code == .unknownTopicOrPartition: .unknown
            case let error?: .failed(error)
            }
          }
        })
    }
  }

  /// Raises a topic's partition count to `total`. Keys move to other partitions; it cannot be undone.
  public func createPartitions(
    of topic: String, total: Int32, timeout: Duration = .seconds(30)
  ) async throws(KafkaError) {
    let context = "raise \(topic) to \(total) partitions"
    try await request(RD_KAFKA_ADMIN_OP_CREATEPARTITIONS, context, timeout: timeout) {
      client, request throws(KafkaError) in
      var raw: [OpaquePointer?] = []
      defer { for partitions in raw { rd_kafka_NewPartitions_destroy(partitions) } }
      try withErrorText(context) { words, size in
        guard let new = rd_kafka_NewPartitions_new(topic, Int(total), words, size) else {
          return RD_KAFKA_RESP_ERR__INVALID_ARG
        }
        raw.append(new)
        return RD_KAFKA_RESP_ERR_NO_ERROR
      }
      try request.answer(
        from: client,
        send: { rd_kafka_CreatePartitions(client, &raw, raw.count, $0, $1) },
        read: { event throws(KafkaError) in
          let results = pointers { count in
            rd_kafka_CreatePartitions_result_topics(
              rd_kafka_event_CreatePartitions_result(event), count)
          }
          let errors = Self.results(results, context) { $0 }
          if let error = errors.values.compactMap(\.self).first { throw error }
        })
    }
  }

  /// The topics that exist, by name, those of the brokers' own included; `names` keeps only these.
  public func describeTopics(
    _ names: [String]? = nil, timeout: Duration = .seconds(10)
  ) async throws(KafkaError) -> [String: KafkaTopicDescription] {
    try await run { client throws(KafkaError) in
      // All topics are asked for: asking for one that is missing can create it.
      let topics = try TopicMetadata.read(client: client, topic: nil, timeout: timeout) {
        metadata throws(KafkaError) in
        (0..<Int(metadata.topic_cnt)).map { KafkaTopicDescription(metadata.topics[$0]) }
      }
      let wanted = topics.filter { names?.contains($0.name) ?? true }
      return Dictionary(wanted.map { ($0.name, $0) }) { first, _ in first }
    }
  }

  /// Reads topic results: name, and what `outcome` makes of the error.
  private static func results<T>(
    _ results: [OpaquePointer], _ context: String, _ outcome: (KafkaError?) -> T
  ) -> [String: T] {
    var found: [String: T] = [:]
    for result in results {
      let name = String(cString: rd_kafka_topic_result_name(result))
      found[name] = outcome(
        KafkaError(
          carried: rd_kafka_topic_result_error(result),
          rd_kafka_topic_result_error_string(result), "\(context) \(name)"))
    }
    return found
  }
}

extension KafkaNewTopic {
  fileprivate func makeRaw() throws(KafkaError) -> OpaquePointer {
    var raw: OpaquePointer?
    try withErrorText("create topic \(name)") { words, size in
      raw = rd_kafka_NewTopic_new(name, partitions, Int32(replication), words, size)
      return raw == nil ? RD_KAFKA_RESP_ERR__INVALID_ARG : RD_KAFKA_RESP_ERR_NO_ERROR
    }
    for (key, value) in configuration.sorted(by: { $0.key < $1.key }) {
      let code = rd_kafka_NewTopic_set_config(raw, key, value)
      guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
        rd_kafka_NewTopic_destroy(raw)
        throw KafkaError(code, "create topic \(name) with \(key)=\(value)")
      }
    }
    return raw!
  }
}

extension KafkaTopicDescription {
  fileprivate init(_ topic: rd_kafka_metadata_topic) {
    name = String(cString: topic.topic)
    partitions = (0..<Int(topic.partition_cnt)).map { index in
      let partition = topic.partitions[index]
      return Partition(
        id: partition.id, leader: partition.leader < 0 ? nil : partition.leader,
        replicas: (0..<Int(partition.replica_cnt)).map { partition.replicas[$0] },
        inSyncReplicas: (0..<Int(partition.isr_cnt)).map { partition.isrs[$0] })
    }
    .sorted { $0.id < $1.id }
  }
}
