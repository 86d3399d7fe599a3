import Kafka

/// What came of applying one topic of a review.
public struct TopicResult: Sendable, Hashable {
  public enum Outcome: Sendable, Hashable {
    case created
    /// It was as planned.
    case equal
    /// These were made.
    case changed([TopicChange])
    case failed(KafkaError)
  }

  public let topic: String
  public let outcome: Outcome
  /// What still differs, as it cannot be changed here.
  public let left: [TopicChange]
}

extension TopicReview {
  /// Makes the changes that the review shows, and no others.
  ///
  /// Topics first, then settings, then partitions, topic by topic: one that fails keeps no other from being applied.
  /// Safe to repeat: what was done is not found again by the next review.
  ///
  /// - Throws: `KafkaError` when the brokers cannot be reached or take no admin requests.
  public func apply(_ admin: KafkaAdmin) async throws(KafkaError) -> [TopicResult] {
    let created = try await admin.createTopics(
      missing.map {
        KafkaNewTopic(
          name: $0.name, partitions: $0.partitions, replication: $0.replication,
          configuration: $0.config)
      })
    var results: [TopicResult] = []
    for topic in topics {
      let outcome: TopicResult.Outcome
      switch created[topic.planned.name] {
      case .created: outcome = .created
      case .failed(let error): outcome = .failed(error)
      // Made by somebody else a moment ago: the next review compares it.
      case .alreadyExists: outcome = .equal
      case nil: outcome = await change(topic, admin)
      }
      results.append(
        TopicResult(
          topic: topic.planned.name, outcome: outcome, left: topic.changes.filter(\.isImpossible)))
    }
    return results
  }

  private func change(_ topic: Topic, _ admin: KafkaAdmin) async -> TopicResult.Outcome {
    let changes = topic.changes.filter { !$0.isImpossible }
    var settings: [String: String?] = [:]
    for case .setting(let key, _, let value) in changes { settings[key] = value }
    do throws(KafkaError) {
      if !settings.isEmpty {
        try await admin.alterConfiguration(ofTopic: topic.planned.name, settings)
      }
      for case .partitions(_, let total) in changes {
        try await admin.createPartitions(of: topic.planned.name, total: total)
      }
    } catch {
      return .failed(error)
    }
    return changes.isEmpty ? .equal : .changed(changes)
  }
}
