import CRDKafka

/// Reads a cluster's metadata from any client.
enum TopicMetadata {
  /// Runs `body` over the metadata of one topic, or of all without a name; blocks for the answer.
  static func read<T>(
    client: OpaquePointer, topic: String?, timeout: Duration,
    _ body: (rd_kafka_metadata) throws(KafkaError) -> T
  ) throws(KafkaError) -> T {
    var handle: OpaquePointer?
    if let topic {
      handle = rd_kafka_topic_new(client, topic, nil)
      guard handle != nil else {
        throw .configuration(key: "topic", value: topic, reason: "is not a legal topic name")
      }
    }
    defer { if let handle { rd_kafka_topic_destroy(handle) } }
    var metadata: UnsafePointer<rd_kafka_metadata>?
    try check(
      rd_kafka_metadata(
        client, topic == nil ? 1 : 0, handle, &metadata, Int32(timeout.wholeMilliseconds)),
      "metadata\(topic.map { " of \($0)" } ?? "")")
    defer { rd_kafka_metadata_destroy(metadata) }
    return try body(metadata!.pointee)
  }

  /// Runs `body` over the brokers, without asking for any topic; blocks for the answer.
  static func brokers<T>(
    client: OpaquePointer, servers: String, timeout: Duration,
    _ body: (rd_kafka_metadata) throws(KafkaError) -> T
  ) throws(KafkaError) -> T {
    var metadata: UnsafePointer<rd_kafka_metadata>?
    let code = rd_kafka_metadata(client, 0, nil, &metadata, Int32(timeout.wholeMilliseconds))
    let cause = connectionFailure(client).map { ": \($0)" } ?? ""
    try check(code, "no broker of \(servers) answered within \(timeout)\(cause)")
    defer { rd_kafka_metadata_destroy(metadata) }
    return try body(metadata!.pointee)
  }

  static func partitionCount(
    of topic: String, client: OpaquePointer, timeout: Duration
  ) throws(KafkaError) -> Int32 {
    try read(client: client, topic: topic, timeout: timeout) { metadata throws(KafkaError) in
      guard metadata.topic_cnt == 1 else {
        throw KafkaError(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, topic)
      }
      let described = metadata.topics[0]
      try check(described.err, topic)
      return described.partition_cnt
    }
  }
}
