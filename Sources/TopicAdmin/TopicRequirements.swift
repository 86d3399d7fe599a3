/// What workers need of the topics that they read and write.
public struct TopicRequirements: Sendable, Hashable {
  /// Topics that must have as many partitions as another one.
  public struct Alongside: Sendable, Hashable {
    public var leader: String
    /// Partition p of each belongs to whoever owns p of the leader.
    public var topics: [String]

    public init(leader: String, topics: [String]) {
      self.leader = leader
      self.topics = topics
    }
  }

  /// How long a topic must keep its messages.
  public struct Retention: Sendable, Hashable {
    public var topic: String
    public var moreThan: Duration
    /// What takes so long, to end a sentence with.
    public var reason: String

    public init(topic: String, moreThan: Duration, reason: String) {
      self.topic = topic
      self.moreThan = moreThan
      self.reason = reason
    }
  }

  public var alongside: [Alongside]
  public var retentions: [Retention]
  /// Topics of which the newest message of each key must stay.
  public var compacted: [String]
  /// Topics that deletion by age may not touch: their oldest record may be the one in force.
  public var undeleted: [String]

  public init(
    alongside: [Alongside] = [], retentions: [Retention] = [], compacted: [String] = [],
    undeleted: [String] = []
  ) {
    self.alongside = alongside
    self.retentions = retentions
    self.compacted = compacted
    self.undeleted = undeleted
  }

  /// What of these topics would not do, in the order of topics and then of severity.
  public func concerns(about topics: [TopicSpecification]) -> [TopicConcern] {
    let known = Dictionary(topics.map { ($0.name, $0) }) { first, _ in first }
    return (missing(from: known) + counts(known) + policies(known) + retentions(known))
      .sorted { ($0.topic, $0.words) < ($1.topic, $1.words) }
  }

  private func missing(from known: [String: TopicSpecification]) -> [TopicConcern] {
    let named =
      alongside.flatMap { [$0.leader] + $0.topics } + retentions.map(\.topic) + compacted
      + undeleted
    return Set(named).filter { known[$0] == nil }.map {
      TopicConcern(topic: $0, severity: .warning, words: "is in the settings and not in the plan")
    }
  }

  private func counts(_ known: [String: TopicSpecification]) -> [TopicConcern] {
    alongside.flatMap { group -> [TopicConcern] in
      guard let leader = known[group.leader] else { return [] }
      return group.topics.compactMap { known[$0] }.filter { $0.partitions != leader.partitions }
        .map {
          TopicConcern(
            topic: $0.name, severity: .error,
            words: """
              has \(Self.count($0.partitions)), and \(leader.name) has \(leader.partitions): partition p of both \
              belongs to one worker, so they must be equal
              """)
        }
    }
  }

  private static func count(_ partitions: Int32) -> String {
    "\(partitions) partition\(partitions == 1 ? "" : "s")"
  }

  private func policies(_ known: [String: TopicSpecification]) -> [TopicConcern] {
    func policies(_ name: String) -> Set<String>? {
      known[name].map { TopicSetting.policies($0.config[TopicSetting.cleanup] ?? "delete") }
    }
    let loose = compacted.filter { policies($0)?.contains("compact") == false }.map {
      TopicConcern(
        topic: $0, severity: .error,
        words: "is not compacted: what was said last of a key would be deleted with its age")
    }
    return loose
      + undeleted.filter { policies($0)?.contains("delete") == true }.map {
        TopicConcern(
          topic: $0, severity: .error,
          words: "deletes by age: a switch in force would end without anybody having ended it")
      }
  }

  private func retentions(_ known: [String: TopicSpecification]) -> [TopicConcern] {
    retentions.compactMap { needed in
      guard let topic = known[needed.topic],
        TopicSetting.policies(topic.config[TopicSetting.cleanup] ?? "delete").contains("delete"),
        let kept = TopicSetting.bound(topic.config[TopicSetting.retention])
      else { return nil }
      let least = Int64(needed.moreThan / .milliseconds(1))
      guard kept <= least else { return nil }
      return TopicConcern(
        topic: topic.name, severity: .warning,
        words: """
          keeps messages for \(TopicSetting.duration(milliseconds: kept)), which must be more than \
          \(TopicSetting.duration(milliseconds: least)): \(needed.reason)
          """)
    }
  }
}

/// What workers would have to say against a topic.
public struct TopicConcern: Sendable, Hashable, CustomStringConvertible {
  public enum Severity: Sendable, Hashable {
    /// Workers refuse it, or lose something by it.
    case error
    case warning
  }

  public let topic: String
  public let severity: Severity
  /// A sentence without its subject, the topic.
  public let words: String

  public var description: String { "\(topic) \(words)" }
}
