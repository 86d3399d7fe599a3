/// Settings of a ``KafkaConsumer``.
public struct KafkaConsumerConfiguration: Sendable {
  public enum Assignor: String, Sendable, CaseIterable {
    /// Eager: everything is revoked, then assigned anew.
    case range
    /// Incremental: only partitions that move are revoked.
    case cooperativeSticky = "cooperative-sticky"
  }

  /// Who answers a rebalance.
  public enum Rebalancing: Sendable {
    /// The consumer accepts and gives up partitions at once; the events only inform.
    case automatic
    /// Whoever reads the events answers `assigned` with ``KafkaConsumer/accept(_:)`` and `revoked`
    /// with ``KafkaConsumer/giveUp(_:)``, when ready.
    case deferred
  }

  public enum OffsetReset: String, Sendable {
    case earliest, latest
    /// An out-of-range offset is an error event, never a silent jump.
    case error
  }

  public var client: KafkaClientConfiguration
  /// The consumer group; also needed, as a name only, for assignments by hand.
  public var groupID: String
  /// Static membership (KIP-345): a restart within the session timeout keeps the partitions.
  public var groupInstanceID: String?
  public var assignor: Assignor = .cooperativeSticky
  public var rebalancing: Rebalancing = .automatic
  public var offsetReset: OffsetReset = .error
  public var sessionTimeout: Duration = .seconds(45)
  /// A reader that takes no event for longer than this is thrown out of the group.
  public var maxPollInterval: Duration = .seconds(300)
  /// Most messages in one batch event.
  public var batchLimit: Int = 1_000
  /// Batch events that may wait to be taken before polling stops.
  public var bufferedBatches: Int = 4
  /// Bytes fetched ahead and not yet taken, in all partitions.
  public var prefetchBytes: Int = 16 << 20

  public init(client: KafkaClientConfiguration, groupID: String) {
    self.client = client
    self.groupID = groupID
  }

  func properties() throws(KafkaError) -> [String: String] {
    guard !groupID.isEmpty else {
      throw .configuration(key: "group.id", value: "", reason: "must not be empty")
    }
    guard maxPollInterval >= sessionTimeout else {
      throw .configuration(
        key: "max.poll.interval.ms", value: "\(maxPollInterval.wholeMilliseconds)",
        reason: "must not be below session.timeout.ms=\(sessionTimeout.wholeMilliseconds)")
    }
    guard (1...100_000).contains(batchLimit) else {
      throw .configuration(
        key: "batchLimit", value: "\(batchLimit)", reason: "allowed: 1 to 100000")
    }
    guard (1...1_000).contains(bufferedBatches) else {
      throw .configuration(
        key: "bufferedBatches", value: "\(bufferedBatches)", reason: "allowed: 1 to 1000")
    }
    var properties = [
      "group.id": groupID,
      "partition.assignment.strategy": assignor.rawValue,
      "auto.offset.reset": offsetReset.rawValue,
      "enable.auto.commit": "false",
      "enable.auto.offset.store": "false",
      "enable.partition.eof": "false",
      "session.timeout.ms": "\(sessionTimeout.wholeMilliseconds)",
      "heartbeat.interval.ms": "\(max(1, min(3_000, sessionTimeout.wholeMilliseconds / 3)))",
      "max.poll.interval.ms": "\(maxPollInterval.wholeMilliseconds)",
      "queued.max.messages.kbytes": "\(max(1, prefetchBytes >> 10))",
    ]
    if let groupInstanceID, !groupInstanceID.isEmpty {
      properties["group.instance.id"] = groupInstanceID
    }
    return try client.merged(with: properties)
  }
}
