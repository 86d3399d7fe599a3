import Kafka
import KafkaWorker
import Logging
import WorkerRuntime

/// The role that keeps a store equal to `search.highlights` and the topics of variants.
public typealias CacheWriter = KafkaWorker<HighlightApplier>

extension KafkaWorkerConfiguration {
  /// The settings of a cache writer: whole batches of a partition, in order, and no dead letters: a store that
  /// is not there is waited for.
  ///
  /// - Parameter topics: those that the handler knows the variants of.
  public static func cacheWriter(
    consumer: KafkaConsumerConfiguration, topics: [String], batch: Int
  ) -> KafkaWorkerConfiguration {
    var configuration = KafkaWorkerConfiguration(consumer: consumer, topics: topics)
    configuration.ordering = .partition
    configuration.batch = batch
    configuration.inFlight = batch * 4
    configuration.inFlightPerPartition = batch
    configuration.bufferPerPartition = batch * 4
    return configuration
  }
}
