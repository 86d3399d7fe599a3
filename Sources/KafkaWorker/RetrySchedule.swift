import Kafka

/// Topics where failed messages wait without holding a slot, by how long they wait.
///
/// A topic has one delay, so its messages come due in the order they arrive in and a reader never looks past the
/// first that is not due. (Spring's `RetryTopic` and Uber's tiers rest on the same rule.)
public struct RetrySchedule: Equatable, Sendable {
  public struct Tier: Equatable, Sendable {
    public let topic: String
    public let delay: Duration

    public init(topic: String, delay: Duration) {
      self.topic = topic
      self.delay = delay
    }
  }

  /// Shortest delay first. None: a retry waits in its slot.
  public let tiers: [Tier]

  /// - Throws: `KafkaError` when delays do not ascend or a topic is named twice.
  public init(_ tiers: [Tier] = []) throws(KafkaError) {
    for (tier, next) in zip(tiers, tiers.dropFirst()) where tier.delay >= next.delay {
      throw .configuration(
        key: "retries", value: "\(next.topic) after \(next.delay)",
        reason: "must be longer than the \(tier.delay) of \(tier.topic)")
    }
    if let twice = tiers.map(\.topic).first(where: { topic in
      tiers.count { $0.topic == topic } > 1
    }) {
      throw .configuration(key: "retries", value: twice, reason: "each topic once")
    }
    self.tiers = tiers
  }

  static let none = RetrySchedule(unchecked: [])

  private init(unchecked tiers: [Tier]) { self.tiers = tiers }

  /// Where a message waits after its n-th failed try: the n-th tier, or a later one when the failure asks for a
  /// longer wait; past the end the last. Nil without tiers.
  public func tier(afterTry number: Int, atLeast wait: Duration = .zero) -> Tier? {
    let planned = max(0, min(number, tiers.count) - 1)
    return tiers.dropFirst(planned).first { $0.delay >= wait } ?? tiers.last
  }
}
