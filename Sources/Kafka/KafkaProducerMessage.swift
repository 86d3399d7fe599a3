/// A message to publish.
public struct KafkaProducerMessage: Hashable, Sendable {
  public var topic: String
  /// Nil lets the partitioner choose: Java's default, by the key, at random without one.
  public var partition: Int32?
  public var key: [UInt8]?
  /// Nil is a tombstone: compaction removes the key.
  public var value: [UInt8]?
  public var headers: [KafkaHeader]
  /// Milliseconds since 1970; nil for now.
  public var timestamp: Int64?

  public init(
    topic: String, partition: Int32? = nil, key: [UInt8]? = nil, value: [UInt8]?,
    headers: [KafkaHeader] = [], timestamp: Int64? = nil
  ) {
    self.topic = topic
    self.partition = partition
    self.key = key
    self.value = value
    self.headers = headers
    self.timestamp = timestamp
  }
}

/// Where the broker put a message.
public struct KafkaRecordMetadata: Hashable, Sendable {
  public var partition: Int32
  /// -1 where the broker did not say (acknowledgement none, or an idempotent retry).
  public var offset: Int64
}
