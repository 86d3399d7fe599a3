import Kafka

/// How many partitions topics have, asked again after a while: partitions are added, though seldom.
public actor PartitionCounts {
  private let producer: KafkaProducer
  private let life: Duration
  private var known: [String: (count: Int32, until: ContinuousClock.Instant)] = [:]

  /// - Parameter life: how long an answer is used.
  public init(producer: KafkaProducer, life: Duration = .seconds(300)) {
    self.producer = producer
    self.life = life
  }

  /// Throws `KafkaError` when no broker answers.
  public func count(of topic: String) async throws -> Int32 {
    if let known = known[topic], known.until > .now { return known.count }
    let count = try await producer.partitionCount(of: topic)
    known[topic] = (count, .now + life)
    return count
  }
}
