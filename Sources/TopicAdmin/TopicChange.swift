/// One difference between a topic as it is and as planned.
public enum TopicChange: Sendable, Hashable, CustomStringConvertible {
  case partitions(from: Int32, to: Int32)
  /// Copies of each partition.
  case replication(from: Int, to: Int)
  /// Nothing to begin with where the broker names no value.
  case setting(String, from: String?, to: String)
  /// One that the broker lets nobody change.
  case readOnlySetting(String, from: String?, to: String)

  /// The setting's name, or `partitions` or `replication`.
  public var key: String {
    switch self {
    case .partitions: "partitions"
    case .replication: "replication"
    case .setting(let key, _, _), .readOnlySetting(let key, _, _): key
    }
  }

  /// Why it cannot be made here, and what to do instead; nil when it can.
  public var obstacle: String? {
    switch self {
    case .partitions(let from, let to) where to < from:
      "Kafka takes no partitions away. Make a new topic and move to it: Deploy/REPARTITIONING.md"
    case .replication:
      "only a reassignment moves copies: kafka-reassign-partitions, or the provider's console"
    case .readOnlySetting: "the broker lets nobody change it"
    case .partitions, .setting: nil
    }
  }

  public var isImpossible: Bool { obstacle != nil }

  /// What it may break although it can be made; nil where nothing is known.
  public var danger: String? {
    switch self {
    case _ where isImpossible: nil
    case .partitions:
      """
      keys move to other partitions. Until all older messages are done, two workers may have the same search \
      (order and single flight of a key break), and what was published is not known where the key lives now, so \
      fresh highlights are paid again. Pause and drain first: Deploy/REPARTITIONING.md
      """
    case .setting(TopicSetting.cleanup, let from, let to):
      Self.danger(ofPolicy: TopicSetting.policies(from ?? ""), TopicSetting.policies(to))
    case .setting(let key, let from, let to)
    where [TopicSetting.retention, TopicSetting.retentionBytes].contains(key)
      && Self.isLess(to, than: from):
      "the broker deletes what is past the new bound soon after, whether it was read or not"
    case .setting(TopicSetting.messageBytes, let from, let to) where Self.isLess(to, than: from):
      "messages that are larger are refused from then on, retries and dead letters of older ones too"
    default: nil
    }
  }

  private static func danger(ofPolicy from: Set<String>, _ to: Set<String>) -> String? {
    if to.contains("compact"), !from.contains("compact") {
      return "only the newest message of each key is kept, and messages without a key are refused"
    }
    if to.contains("delete"), !from.contains("delete") {
      return "messages past retention.ms are deleted from then on, the newest of a key too"
    }
    return nil
  }

  private static func isLess(_ to: String, than from: String?) -> Bool {
    guard let new = TopicSetting.bound(to), let old = TopicSetting.bound(from) else { return false }
    return new < old
  }

  public var description: String {
    switch self {
    case .partitions(let from, let to): "partitions \(from) → \(to)"
    case .replication(let from, let to): "replication \(from) → \(to)"
    case .setting(let key, let from, let to), .readOnlySetting(let key, let from, let to):
      "\(key) \(from.map { TopicSetting.words(key, $0) } ?? "(none)") → \(TopicSetting.words(key, to))"
    }
  }
}
