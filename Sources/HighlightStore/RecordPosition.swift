/// Where a record stood in its topic.
public struct RecordPosition: Sendable, Hashable {
  public var topic: String
  public var partition: Int32
  public var offset: Int64

  public init(topic: String, partition: Int32, offset: Int64) {
    self.topic = topic
    self.partition = partition
    self.offset = offset
  }
}

extension RecordPosition: CustomStringConvertible {
  public var description: String { "\(topic)-\(partition)@\(offset)" }
}

/// How far a partition has been applied to a store.
public struct PartitionProgress: Sendable, Hashable {
  public var topic: String
  public var partition: Int32
  /// The offset of the first record that is not applied yet.
  public var nextOffset: Int64

  public init(topic: String, partition: Int32, nextOffset: Int64) {
    self.topic = topic
    self.partition = partition
    self.nextOffset = nextOffset
  }
}
