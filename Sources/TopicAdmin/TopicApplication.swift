import Kafka

/// What came of applying one topic of a plan.
public struct TopicResult: Sendable, Hashable {
  public enum Outcome: Sendable, Hashable {
    case created
    case exists
    /// It exists, otherwise than the plan says; nothing was changed.
    case differs([Difference])
    case failed(KafkaError)
  }

  public struct Difference: Sendable, Hashable {
    public let key: String
    public let planned: String
    public let found: String
  }

  public let topic: String
  public let outcome: Outcome
}

extension TopicPlan {
  /// Creates the topics that are missing, and compares the others with the plan.
  ///
  /// - Throws: `KafkaError` when the brokers cannot be reached or take no admin requests.
  public func apply(_ admin: KafkaAdmin) async throws(KafkaError) -> [TopicResult] {
    let present = try await admin.describeTopics()
    let missing = topics.filter { present[$0.name] == nil }
    let created = try await admin.createTopics(
      missing.map {
        KafkaNewTopic(
          name: $0.name, partitions: $0.partitions, replication: $0.replication,
          configuration: $0.config)
      })
    var results: [TopicResult] = []
    for topic in topics {
      let outcome: TopicResult.Outcome
      switch created[topic.name] {
      case .created: outcome = .created
      case .failed(let error): outcome = .failed(error)
      // Made by somebody else a moment ago, or there before.
      case .alreadyExists, nil: outcome = try await compare(topic, admin)
      }
      results.append(TopicResult(topic: topic.name, outcome: outcome))
    }
    return results
  }

  private func compare(
    _ topic: TopicSpecification, _ admin: KafkaAdmin
  ) async throws(KafkaError) -> TopicResult.Outcome {
    let found = try await admin.describeTopics([topic.name])[topic.name]
    let settings = try await admin.describeConfiguration(of: .topic(topic.name))
    var differences: [TopicResult.Difference] = []
    func compare(_ key: String, _ planned: String, _ found: String) {
      guard planned != found else { return }
      differences.append(TopicResult.Difference(key: key, planned: planned, found: found))
    }
    compare("partitions", "\(topic.partitions)", "\(found?.partitions.count ?? 0)")
    compare("replication", "\(topic.replication)", "\(found?.replication ?? 0)")
    for (key, planned) in topic.config.sorted(by: { $0.key < $1.key }) {
      compare(key, planned, settings[key]?.value ?? "(none)")
    }
    return differences.isEmpty ? .exists : .differs(differences)
  }
}
