/// One partition of one topic.
public struct TopicPartition: Hashable, Sendable, CustomStringConvertible {
  public var topic: String
  /// From 0.
  public var partition: Int32

  public init(topic: String, partition: Int32) {
    self.topic = topic
    self.partition = partition
  }

  public var description: String { "\(topic)[\(partition)]" }
}

/// Where to read a partition from.
public enum KafkaOffset: Hashable, Sendable {
  /// The oldest message that is still there.
  case beginning
  /// After the newest message.
  case end
  /// The group's committed offset, else what `auto.offset.reset` says.
  case committed
  /// The offset of the next message to read.
  case at(Int64)
}

/// An offset of a partition with the text committed beside it.
public struct CommittedOffset: Hashable, Sendable {
  public var partition: TopicPartition
  /// The offset of the next message to read; nil where the group has committed nothing.
  public var offset: Int64?
  /// Text kept beside the offset; at most 4,096 bytes on Apache Kafka (`offset.metadata.max.bytes`).
  public var metadata: String

  public init(partition: TopicPartition, offset: Int64?, metadata: String = "") {
    self.partition = partition
    self.offset = offset
    self.metadata = metadata
  }
}

/// A header of a message; names may repeat.
public struct KafkaHeader: Hashable, Sendable {
  public var name: String
  public var value: [UInt8]

  public init(_ name: String, _ value: [UInt8]) {
    self.name = name
    self.value = value
  }

  /// A header whose value is text in UTF-8.
  public init(_ name: String, _ value: String) {
    self.init(name, Array(value.utf8))
  }

  /// The value as text; nil when it is not UTF-8.
  public var text: String? { String(validating: value, as: UTF8.self) }
}

extension Sequence<KafkaHeader> {
  /// The value of the last header of that name as text: the last wins, as in Kafka's own clients.
  public func text(_ name: String) -> String? {
    var found: String?
    for header in self where header.name == name { found = header.text }
    return found
  }
}
