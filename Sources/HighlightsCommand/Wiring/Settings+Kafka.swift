import CacheWriter
import Control
import Foundation
import Kafka
import KafkaWorker
import WorkerRuntime

extension KafkaSettings {
  /// How every client reaches the brokers.
  ///
  /// - Throws: `ConfigurationError` when the password file cannot be read.
  func client() throws -> KafkaClientConfiguration {
    var client = KafkaClientConfiguration(bootstrapServers: bootstrapServers, clientID: clientID)
    client.security = security
    client.certificateAuthorityFile = caFile
    client.messageMaxBytes = messageMaxBytes
    if let mechanism = saslMechanism, let username {
      client.sasl = .init(mechanism: mechanism, username: username, password: try password())
    }
    return client
  }

  private func password() throws(ConfigurationError) -> String {
    guard let passwordFile else { return "" }
    do {
      return try String(contentsOfFile: passwordFile, encoding: .utf8)
        .trimmingCharacters(in: .newlines)
    } catch {
      throw ConfigurationError(problems: [
        .unreadableFile(path: passwordFile, cause: "kafka.security.password_file: \(error)")
      ])
    }
  }

  /// - Parameter lingering: whether messages wait a moment for company; not where somebody waits for each.
  func producer(
    _ client: KafkaClientConfiguration, lingering: Bool = true
  ) -> KafkaProducerConfiguration {
    var producer = KafkaProducerConfiguration(client: client)
    producer.compression = compression
    if !lingering { producer.linger = .zero }
    return producer
  }
}

extension Settings {
  /// The summarizer's consumer and runtime.
  ///
  /// - Parameter alone: whether it reads kafka.topics.queries alone, and a failed search waits in its place: where
  ///   the broker ends with the process, nothing may wait for long.
  func summarizerWorker(
    _ client: KafkaClientConfiguration, alone: Bool
  ) throws -> KafkaWorkerConfiguration {
    var consumer = consumer(client, group: worker.group, instanceID: worker.instanceID)
    consumer.assignor = worker.assignor
    var configuration = KafkaWorkerConfiguration(consumer: consumer, topics: [kafka.topics.queries])
    configuration.deadLetterTopic = kafka.topics.dead
    configuration.ordering =
      switch worker.ordering {
      case .key: .key
      case .partition: .partition
      case .none: .none
      }
    configuration.inFlight = worker.inFlight
    configuration.inFlightPerPartition = worker.inFlightPerPartition
    configuration.bufferPerPartition = worker.bufferPerPartition
    configuration.attempts = worker.attempts
    if !alone {
      configuration.lanes = [.init(topics: [kafka.topics.backfill], share: worker.backfillShare)]
      configuration.retryShare = worker.retryShare
      configuration.startsPaused = true
      configuration.retentionAlarm = Double(worker.retentionAlarm) / 100
      configuration.retries = try RetrySchedule(
        worker.retryDelays.map {
          .init(topic: kafka.topics.retry($0), delay: Duration(configured: $0) ?? .zero)
        })
    }
    configuration.holdLimit = worker.holdBackoffMax
    configuration.bufferBytes = worker.bufferBytes
    configuration.backoff = worker.retryBackoff
    configuration.backoffLimit = worker.retryBackoffMax
    return timed(configuration)
  }

  /// The variant of each topic of highlights; the default one's is empty.
  ///
  /// - Throws: `ConfigurationError` for what is wrong in the file of variants.
  func variantTopics() throws -> [String: String] {
    let highlights = kafka.topics.highlights
    return Dictionary(
      uniqueKeysWithValues: try variantCatalog().names.map {
        (VariantName.topic(of: $0, highlights: highlights), $0)
      })
  }

  /// The cache writer's consumer and runtime.
  func cacheWorker(
    _ client: KafkaClientConfiguration, topics: [String]
  ) -> KafkaWorkerConfiguration {
    var consumer = consumer(client, group: cache.group, instanceID: cache.instanceID)
    consumer.assignor = worker.assignor
    return timed(
      .cacheWriter(consumer: consumer, topics: topics, batch: cache.batchCount))
  }

  private func consumer(
    _ client: KafkaClientConfiguration, group: String, instanceID: String?
  ) -> KafkaConsumerConfiguration {
    var consumer = KafkaConsumerConfiguration(client: client, groupID: group)
    consumer.groupInstanceID = instanceID
    consumer.sessionTimeout = worker.sessionTimeout
    consumer.maxPollInterval = worker.maxPollInterval
    consumer.prefetchBytes = worker.prefetchBytes
    return consumer
  }

  private func timed(_ configuration: KafkaWorkerConfiguration) -> KafkaWorkerConfiguration {
    var configuration = configuration
    configuration.drainTimeout = worker.drainTimeout
    configuration.commitInterval = worker.commitInterval
    configuration.stallAfter = status.stallAfter
    return configuration
  }
}
