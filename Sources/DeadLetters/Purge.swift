import HighlightsProtocol
import Kafka

/// What a purge deletes: everything that stood in the topic before offsets that were taken at its start.
public struct PurgePlan: Sendable, Hashable {
  /// From the oldest that is there to where the purge ends, by partition; those with nothing to delete are left out.
  public let ranges: [TopicPartition: Range<Int64>]
  /// Of ``count`` those that were redriven.
  public let redriven: Int64

  /// Messages, counted by offsets.
  public var count: Int64 { ranges.values.reduce(0) { $0 + Int64($1.count) } }
}

extension DeadLetterTopic {
  /// What would be deleted; deletes nothing.
  ///
  /// Brokers delete from the front of a partition only, so nothing but a moment can be asked for.
  ///
  /// - Parameter until: only what was given up before.
  /// - Throws: `KafkaError`, at once where the brokers take no admin requests; ``DeadLetterError``.
  public func planPurge(until: UnixTime?) async throws -> PurgePlan {
    try await scan.withAdmin { admin throws(KafkaError) in
      try await admin.requireAdminRequests(for: "delete dead letters of \(topic)")
    }
    guard var ranges = try await scan.ranges(of: topic) else {
      throw DeadLetterError.noTopic(topic)
    }
    if let until, let newer = try await scan.ranges(of: topic, since: until.milliseconds) {
      for (partition, range) in ranges {
        let end = newer[partition]?.lowerBound ?? range.upperBound
        ranges[partition] = range.lowerBound..<max(range.lowerBound, end)
      }
    }
    ranges = ranges.filter { !$0.value.isEmpty }
    let redriven = try await redriven()
    let count = ranges.reduce(Int64(0)) { sum, next in
      sum
        + (redriven[next.key.partition]?.ranges ?? []).reduce(0) {
          $0 + Int64($1.clamped(to: next.value).count)
        }
    }
    return PurgePlan(ranges: ranges, redriven: count)
  }

  /// Deletes what the plan names; what came later stays.
  public func purge(_ plan: PurgePlan) async throws(KafkaError) {
    try await scan.withAdmin { admin throws(KafkaError) in
      _ = try await admin.deleteRecords(before: plan.ranges.mapValues(\.upperBound))
    }
  }
}
