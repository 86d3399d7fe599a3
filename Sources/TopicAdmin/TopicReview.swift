import Kafka

/// A plan beside what the brokers hold: what applying it would change, and what it could not.
public struct TopicReview: Sendable, Hashable {
  public struct Topic: Sendable, Hashable {
    public let planned: TopicSpecification
    public let isMissing: Bool
    /// Empty for a topic that is missing or as planned.
    public let changes: [TopicChange]
    /// Set on the topic and not in the plan: it stays as it is.
    public let unplanned: [String: String]

    public var isEqual: Bool { !isMissing && changes.isEmpty }
  }

  /// In the order of the plan.
  public let topics: [Topic]
  /// What the topics as planned would break for the workers, see ``TopicRequirements``.
  public let concerns: [TopicConcern]

  public var missing: [TopicSpecification] { topics.filter(\.isMissing).map(\.planned) }
  /// Changes that can be made, dangerous ones included.
  public var possible: Int { count { !$0.isImpossible } }
  public var dangerous: Int { count { $0.danger != nil } }
  public var impossible: Int { count(where: \.isImpossible) }
  /// Whether applying it would do nothing.
  public var isSettled: Bool { missing.isEmpty && possible == 0 }
  /// Whether the brokers hold the topics just as planned.
  public var isEqual: Bool { topics.allSatisfy(\.isEqual) }

  private func count(where isCounted: (TopicChange) -> Bool) -> Int {
    topics.reduce(0) { $0 + $1.changes.count(where: isCounted) }
  }

  /// How the brokers differ from the plan, a line each; empty when they do not.
  public var drift: [String] {
    topics.flatMap { topic in
      topic.isMissing
        ? ["\(topic.planned.name) is missing"]
        : topic.changes.map { "\(topic.planned.name): \($0)" }
    }
  }
}

extension TopicPlan {
  /// Compares the plan with what the brokers hold; changes nothing.
  ///
  /// - Parameters:
  ///   - requirements: what workers need of the topics.
  ///   - timeout: of each of three requests.
  /// - Throws: `KafkaError` when the brokers cannot be reached or take no admin requests; the latter at once.
  public func review(
    _ admin: KafkaAdmin, requirements: TopicRequirements = TopicRequirements(),
    timeout: Duration = .seconds(10)
  ) async throws(KafkaError) -> TopicReview {
    try await admin.requireAdminRequests(for: "compare topics with the plan", timeout: timeout)
    let found = try await admin.describeTopics(topics.map(\.name), timeout: timeout)
    let present = topics.map(\.name).filter { found[$0] != nil }
    let settings = try await admin.describeConfigurations(ofTopics: present, timeout: timeout)
    let reviewed = topics.map { topic in
      TopicReview.Topic(
        topic, found: found[topic.name], settings: settings[topic.name] ?? [:])
    }
    return TopicReview(topics: reviewed, concerns: requirements.concerns(about: topics))
  }
}

extension TopicReview.Topic {
  init(
    _ planned: TopicSpecification, found: KafkaTopicDescription?,
    settings: [String: KafkaConfigurationEntry]
  ) {
    self.planned = planned
    guard let found else {
      (isMissing, changes, unplanned) = (true, [], [:])
      return
    }
    isMissing = false
    var changes: [TopicChange] = []
    let count = Int32(found.partitions.count)
    if count != planned.partitions {
      changes.append(.partitions(from: count, to: planned.partitions))
    }
    if found.replication != planned.replication {
      changes.append(.replication(from: found.replication, to: planned.replication))
    }
    for (key, value) in planned.config.sorted(by: { $0.key < $1.key })
    where !TopicSetting.isEqual(key, value, settings[key]?.value) {
      changes.append(
        settings[key]?.isReadOnly == true
          ? .readOnlySetting(key, from: settings[key]?.value, to: value)
          : .setting(key, from: settings[key]?.value, to: value))
    }
    self.changes = changes
    unplanned = settings.filter { $0.value.source == .topic && planned.config[$0.key] == nil }
      .compactMapValues(\.value)
  }
}
