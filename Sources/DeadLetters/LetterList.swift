import HighlightsProtocol
import Kafka

/// Dead letters in numbers, grouped by what they died of and where they came from.
public struct LetterList: Sendable, Hashable {
  public struct Group: Sendable, Hashable {
    /// Empty where no header says.
    public let reason: String
    /// The topic it was first consumed from; empty where no header says.
    public let topic: String
    public var count = 0
    public var redriven = 0
    public var bytes = 0
    /// When the first and the last of them were given up; nil without timestamps.
    public var oldest: UnixTime?
    public var newest: UnixTime?
  }

  private struct Key: Hashable {
    let reason: String
    let topic: String
  }

  private var byKey: [Key: Group] = [:]

  public init() {}

  mutating func count(_ letter: Letter, isRedriven: Bool) {
    let key = Key(reason: letter.reason, topic: letter.origin?.topic ?? "")
    var group = byKey[key] ?? Group(reason: key.reason, topic: key.topic)
    group.count += 1
    group.redriven += isRedriven ? 1 : 0
    group.bytes += letter.record.value?.count ?? 0
    if let diedAt = letter.diedAt.map({ UnixTime(milliseconds: $0) }) {
      group.oldest = min(group.oldest ?? diedAt, diedAt)
      group.newest = max(group.newest ?? diedAt, diedAt)
    }
    byKey[key] = group
  }

  /// The largest first.
  public var groups: [Group] {
    byKey.values.sorted { ($1.count, $0.reason, $0.topic) < ($0.count, $1.reason, $1.topic) }
  }

  public var count: Int { byKey.values.reduce(0) { $0 + $1.count } }
}
