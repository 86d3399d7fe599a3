import Foundation
import TopicAdmin

/// A review, and what came of applying it, for machines.
struct TopicJSON {
  let review: TopicReview
  /// Nil where nothing was to be applied.
  var results: [TopicResult]?

  /// One object on one line.
  func line() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let object = Object(
      topics: review.topics.map(Topic.init), concerns: review.concerns.map(Concern.init),
      isEqual: review.isEqual, missing: review.missing.count, possible: review.possible,
      dangerous: review.dangerous, impossible: review.impossible,
      applied: results.map { $0.map(Applied.init) })
    return String(decoding: try encoder.encode(object), as: UTF8.self)
  }

  private struct Object: Encodable {
    let topics: [Topic]
    let concerns: [Concern]
    let isEqual: Bool
    let missing, possible, dangerous, impossible: Int
    let applied: [Applied]?

    enum CodingKeys: String, CodingKey {
      case topics, concerns, missing, possible, dangerous, impossible, applied
      case isEqual = "equal"
    }
  }

  private struct Topic: Encodable {
    let name, state: String
    let partitions: Int32
    let replication: Int
    let config, keeps: [String: String]
    let changes: [Change]

    init(_ topic: TopicReview.Topic) {
      name = topic.planned.name
      state = topic.isMissing ? "missing" : topic.isEqual ? "equal" : "differs"
      (partitions, replication) = (topic.planned.partitions, topic.planned.replication)
      (config, keeps) = (topic.planned.config, topic.unplanned)
      changes = topic.changes.map(Change.init)
    }
  }

  private struct Change: Encodable {
    let key: String
    /// Missing where the broker names no value.
    let from: String?
    let to: String
    let danger, obstacle: String?

    init(_ change: TopicChange) {
      key = change.key
      switch change {
      case .partitions(let old, let new): (from, to) = ("\(old)", "\(new)")
      case .replication(let old, let new): (from, to) = ("\(old)", "\(new)")
      case .setting(_, let old, let new), .readOnlySetting(_, let old, let new):
        (from, to) = (old, new)
      }
      (danger, obstacle) = (change.danger, change.obstacle)
    }
  }

  private struct Concern: Encodable {
    let topic, severity, words: String

    init(_ concern: TopicConcern) {
      (topic, words) = (concern.topic, concern.words)
      severity = concern.severity == .error ? "error" : "warning"
    }
  }

  private struct Applied: Encodable {
    let topic, outcome: String
    let changed: [String]
    let error: String?
    /// What still differs, as it cannot be changed here.
    let left: [String]

    init(_ result: TopicResult) {
      topic = result.topic
      left = result.left.map(\.key)
      switch result.outcome {
      case .created: (outcome, changed, error) = ("created", [], nil)
      case .equal: (outcome, changed, error) = ("equal", [], nil)
      case .changed(let changes): (outcome, changed, error) = ("changed", changes.map(\.key), nil)
      case .failed(let failure): (outcome, changed, error) = ("failed", [], "\(failure)")
      }
    }
  }
}
