/// A partition of a topic.
public struct TopicPartitionID: Hashable, Sendable, CustomStringConvertible {
  public let topic: String
  public let partition: Int32

  public init(topic: String, partition: Int32) {
    self.topic = topic
    self.partition = partition
  }

  /// Kafka's own way of writing it: `search.queries-3`.
  public var description: String { "\(topic)-\(partition)" }
}
