import Kafka
import Logging

/// What the partitions of topics hold, as the brokers say.
///
/// Asked of an admin client, whose questions end in time also when the brokers go away meanwhile; a consumer's question
/// for watermarks waits for its broker to come back, and closing the consumer waits with it.
struct TopicLogs: Sendable {
  private let admin: KafkaAdmin

  /// - Throws: `RebuildError`.
  init(_ client: KafkaClientConfiguration, logger: Logger) throws(RebuildError) {
    do { admin = try KafkaAdmin(configuration: client, logger: logger) } catch {
      throw .kafka(error)
    }
  }

  func close() async { await admin.close() }

  /// Runs `body` and closes the client whatever comes of it.
  static func with<Value>(
    _ client: KafkaClientConfiguration, logger: Logger, _ body: (TopicLogs) async throws -> Value
  ) async throws -> Value {
    let logs = try TopicLogs(client, logger: logger)
    do {
      let value = try await body(logs)
      await logs.close()
      return value
    } catch {
      await logs.close()
      throw error
    }
  }

  /// All partitions of topics, which must exist.
  func partitions(
    of topics: some Sequence<String>
  ) async throws(RebuildError) -> [TopicPartition] {
    let names = Array(topics)
    let described: [String: KafkaTopicDescription]
    do { described = try await admin.describeTopics(names) } catch { throw .kafka(error) }
    var partitions: [TopicPartition] = []
    for name in names {
      guard let topic = described[name] else { throw .topicMissing(name) }
      partitions += topic.partitions.map { TopicPartition(topic: name, partition: $0.id) }
    }
    return partitions
  }

  /// The offsets of every partition: the oldest that is still there, up to the one after the newest.
  func read(
    _ topics: some Sequence<String>
  ) async throws(RebuildError) -> [TopicPartition: Range<Int64>] {
    let partitions = try await partitions(of: topics)
    let oldest = try await oldest(of: partitions)
    let ends: [TopicPartition: Int64]
    do { ends = try await admin.listOffsets(of: partitions, .latest) } catch { throw .kafka(error) }
    var logs: [TopicPartition: Range<Int64>] = [:]
    for (partition, end) in ends { logs[partition] = min(oldest[partition] ?? 0, end)..<end }
    return logs
  }

  /// The oldest offset that is still there, by partition.
  func oldest(
    of partitions: some Sequence<TopicPartition>
  ) async throws(RebuildError) -> [TopicPartition: Int64] {
    do {
      return try await admin.listOffsets(
        of: Array(partitions), .earliest, timeout: .seconds(5))
    } catch {
      throw .kafka(error)
    }
  }
}
