import HighlightsProtocol
import Kafka
import Logging

/// What the partitions of a topic hold, as the broker says.
struct TopicRanges: Sendable {
  let client: KafkaClientConfiguration
  var logger = Logger(label: "replay")

  /// The offsets of every partition: the oldest that is still there, up to the one after the newest.
  ///
  /// - Throws: ``ReplayError``.
  func whole(_ topic: String) async throws(ReplayError) -> [Int32: Range<Int64>] {
    let consumer: KafkaConsumer
    do {
      consumer = try KafkaConsumer(
        configuration: .init(client: client.impatient, groupID: "highlights-replay"),
        logger: logger)
    } catch {
      throw .kafka(error)
    }
    let result: Result<[Int32: Range<Int64>], ReplayError>
    do throws(ReplayError) {
      result = .success(try await whole(topic, consumer))
    } catch {
      result = .failure(error)
    }
    await consumer.close()
    return try result.get()
  }

  private func whole(
    _ topic: String, _ consumer: KafkaConsumer
  ) async throws(ReplayError) -> [Int32: Range<Int64>] {
    do {
      var ranges: [Int32: Range<Int64>] = [:]
      for partition in 0..<(try await consumer.partitionCount(of: topic)) {
        ranges[partition] = try await consumer.watermarks(
          of: TopicPartition(topic: topic, partition: partition))
      }
      return ranges
    } catch {
      let isMissing = error.code == .unknownTopic || error.code == .unknownTopicOrPartition
      throw isMissing ? .topicMissing(topic) : .kafka(error)
    }
  }

  /// The offset of the first record of that time or later, by partition; one that has none is missing.
  ///
  /// - Parameter partitions: ones that hold something.
  /// - Returns: nil where the broker does not say, as an embedded one does not.
  func offsets(
    _ topic: String, _ partitions: some Sequence<Int32>, from time: UnixTime
  ) async -> [Int32: Int64]? {
    let partitions = partitions.map { TopicPartition(topic: topic, partition: $0) }
    do {
      let admin = try KafkaAdmin(configuration: client.impatient, logger: logger)
      let result: Result<[TopicPartition: Int64]?, KafkaError>
      do throws(KafkaError) {
        // Every record is from 1970 or later, so whoever knows times finds one in each.
        let known = try await offsets(of: partitions, from: 0, admin)
        result = .success(
          known.count == partitions.count
            ? try await offsets(of: partitions, from: time.milliseconds, admin) : nil)
      } catch {
        result = .failure(error)
      }
      await admin.close()
      return try result.get()?.reduce(into: [:]) { $0[$1.key.partition] = $1.value }
    } catch {
      logger.notice("\(topic) is read from its beginning: no offsets by time: \(error)")
      return nil
    }
  }

  private func offsets(
    of partitions: [TopicPartition], from time: Int64, _ admin: KafkaAdmin
  ) async throws(KafkaError) -> [TopicPartition: Int64] {
    try await admin.listOffsets(of: partitions, .atOrAfter(time), timeout: .seconds(5))
      .filter { $0.value >= 0 }
  }
}
