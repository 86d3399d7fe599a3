import Kafka
import WorkerRuntime

/// Settings of a ``KafkaWorker``.
public struct KafkaWorkerConfiguration: Sendable {
  public enum Start: String, Sendable { case earliest, latest }

  public var consumer: KafkaConsumerConfiguration
  public var topics: [String]
  /// Where messages that can never be handled go; nil for a role that must not skip any: it holds.
  public var deadLetterTopic: String?
  /// Where a group without a committed offset begins.
  public var start: Start = .earliest
  public var ordering: Ordering = .key
  /// Topics of lower priority. Partition p of each is read by whoever owns p of the one in `topics`, and has as many
  /// partitions.
  public var lanes: [WorkerCoreConfiguration.Lane] = []
  /// Where failed messages wait; read like those of `lanes`. Empty: in their slot.
  public var retries = RetrySchedule.none
  /// The part of retries in the jobs begun while others wait, in percent.
  public var retryShare: Int = 20
  /// Messages being handled, in all. An eighth is left to `topics` by all others, beyond their shares.
  public var inFlight: Int = 256
  public var inFlightPerPartition: Int = 128
  /// Messages of a partition kept in memory, in flight included; above it the partition pauses.
  public var bufferPerPartition: Int = 1_000
  /// Bytes of messages kept in memory, in all.
  public var bufferBytes: Int = 64 << 20
  /// Messages given to the handler at once; above 1 needs `ordering: .partition`.
  public var batch: Int = 1
  /// How long a revocation or a shutdown waits for what is in flight.
  public var drainTimeout: Duration = .seconds(90)
  public var commitInterval: Duration = .seconds(1)
  /// Whether what is complete above the watermark travels in the commit's metadata, so that it is not done again
  /// after a crash or a move.
  public var commitsCompleted = true
  /// Tries of a message before it is a dead letter.
  public var attempts: Int = 5
  /// Wait before the second try where it waits in its slot, and of what a shared cause holds up; doubles, with jitter, up to `backoffLimit`.
  public var backoff: Duration = .seconds(1)
  public var backoffLimit: Duration = .seconds(30)
  /// Longest between two tries of what a shared cause holds up; the first follows after `backoff`.
  public var holdLimit: Duration = .seconds(5)
  /// A handler that takes longer is cancelled and its message tried again. Nil: as long as it likes.
  public var handlerTimeout: Duration?

  /// Whether all lanes are paused until ``KafkaWorker/setPausedTopics(_:)`` says which are.
  public var startsPaused = false
  /// How long the oldest message of a partition may stay the oldest although it could be handled, before the worker
  /// calls itself unhealthy.
  public var stallAfter: Duration = .seconds(600)
  /// The part of a topic's retention, 0 to 1, at which a message that is unfinished is alarmed. Nil: never, as where
  /// the broker answers no admin requests.
  public var retentionAlarm: Double?
  /// How often an alarm is repeated.
  public var retentionAlarmInterval: Duration = .seconds(600)

  public init(consumer: KafkaConsumerConfiguration, topics: [String]) {
    self.consumer = consumer
    self.topics = topics
  }

  /// The group that the commits of owned topics go to: it has no members, as `consumer.groupID` decides who owns what.
  public var ownedGroupID: String { "\(consumer.groupID).owned" }

  /// Topics read along with the subscribed one.
  var ownedTopics: [String] { retries.tiers.map(\.topic) + lanes.flatMap { $0.topics.sorted() } }

  func check() throws(KafkaError) {
    if let retentionAlarm, !(0...1).contains(retentionAlarm) {
      throw .configuration(
        key: "retentionAlarm", value: "\(retentionAlarm)", reason: "allowed: 0 to 1")
    }
    guard !ownedTopics.isEmpty else { return }
    guard topics.count == 1, !topics[0].hasPrefix("^") else {
      throw .configuration(
        key: "topics", value: topics.joined(separator: ","),
        reason:
          "with lanes or retries exactly one, which says who owns the partitions of the others")
    }
    if let twice = (topics + ownedTopics).first(where: { topic in
      (topics + ownedTopics).count { $0 == topic } > 1
    }) {
      throw .configuration(key: "topics", value: twice, reason: "named twice")
    }
    guard batch == 1 else {
      throw .configuration(key: "batch", value: "\(batch)", reason: "1 with lanes or retries")
    }
  }

  private var retryLane: [WorkerCoreConfiguration.Lane] {
    retries.tiers.isEmpty
      ? [] : [.init(topics: Set(retries.tiers.map(\.topic)), share: retryShare)]
  }

  func core() throws(WorkerCoreConfigurationError) -> WorkerCoreConfiguration {
    try WorkerCoreConfiguration(
      ordering: ordering, maxInFlight: inFlight, maxInFlightPerPartition: inFlightPerPartition,
      pauseAbove: bufferPerPartition, resumeAtOrBelow: bufferPerPartition / 2, maxBatch: batch,
      maxBufferedBytes: bufferBytes, lanes: retryLane + lanes, reserved: inFlight / 8)
  }
}
