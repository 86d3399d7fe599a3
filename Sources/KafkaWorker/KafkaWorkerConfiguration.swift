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
  /// Messages being handled, in all.
  public var inFlight: Int = 256
  public var inFlightPerPartition: Int = 128
  /// Messages of a partition kept in memory, in flight included; above it the partition pauses.
  public var bufferPerPartition: Int = 1_000
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
  /// Wait before the second try; doubles, with jitter, up to `backoffLimit`.
  public var backoff: Duration = .seconds(1)
  public var backoffLimit: Duration = .seconds(30)

  public init(consumer: KafkaConsumerConfiguration, topics: [String]) {
    self.consumer = consumer
    self.topics = topics
  }

  func core() throws(WorkerCoreConfigurationError) -> WorkerCoreConfiguration {
    try WorkerCoreConfiguration(
      ordering: ordering, maxInFlight: inFlight, maxInFlightPerPartition: inFlightPerPartition,
      pauseAbove: bufferPerPartition, resumeAtOrBelow: bufferPerPartition / 2, maxBatch: batch)
  }
}
