/// Keys of which a message waits to be tried again: the others of the key follow it instead of failing by themselves.
///
/// The first message of a key that fails leads. Whoever comes after it waits where it waits; when it is done or dead,
/// the next that is tried leads.
public struct PendingRetries: Sendable {
  /// A message, by where it was first consumed.
  public struct Origin: Hashable, Sendable {
    public let partition: TopicPartitionID
    public let offset: Int64

    public init(partition: TopicPartitionID, offset: Int64) {
      self.partition = partition
      self.offset = offset
    }
  }

  /// Where a key's leader waits.
  public struct Wait: Equatable, Sendable {
    public let topic: String
    /// In ms since 1970.
    public let dueAt: Int64

    public init(topic: String, dueAt: Int64) {
      self.topic = topic
      self.dueAt = dueAt
    }
  }

  private struct Key: Hashable {
    let partition: Int32
    let bytes: [UInt8]
  }

  private let capacity: Int
  private var leaders: [Key: (origin: Origin, wait: Wait)] = [:]

  /// - Parameter capacity: keys known at once; messages of keys beyond it are tried by themselves.
  public init(capacity: Int = 100_000) { self.capacity = capacity }

  public var count: Int { leaders.count }

  /// Takes note that a message waits; it leads its key unless another does.
  ///
  /// - Parameter partition: the number of the partition that it waits on.
  public mutating func add(_ origin: Origin, key: [UInt8], partition: Int32, _ wait: Wait) {
    let key = Key(partition: partition, bytes: key)
    if let leader = leaders[key] {
      guard leader.origin == origin else { return }
    } else if leaders.count >= capacity {
      return
    }
    leaders[key] = (origin, wait)
  }

  /// Where the message has to wait because another of its key does; nil when it may be tried.
  public func wait(of origin: Origin, key: [UInt8], partition: Int32) -> Wait? {
    guard let leader = leaders[Key(partition: partition, bytes: key)], leader.origin != origin
    else { return nil }
    return leader.wait
  }

  /// Takes note that a message waits no more: it is done or dead.
  public mutating func remove(_ origin: Origin, key: [UInt8], partition: Int32) {
    let key = Key(partition: partition, bytes: key)
    if leaders[key]?.origin == origin { leaders[key] = nil }
  }

  /// Forgets the partitions of these numbers: they are another worker's now.
  public mutating func forget(_ partitions: Set<Int32>) {
    leaders = leaders.filter { !partitions.contains($0.key.partition) }
  }
}
