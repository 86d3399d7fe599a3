import HighlightsProtocol
import Kafka
import Logging
import SwiftProtobuf

/// Reads what `search.control` holds now, and ends: for what ``ControlState`` does not keep.
public struct ControlLog: Sendable {
  private let client: KafkaClientConfiguration
  private let topic: String
  private let logger: Logger

  public init(
    client: KafkaClientConfiguration, topic: String, logger: Logger = Logger(label: "control")
  ) {
    self.client = client
    self.topic = topic
    self.logger = logger
  }

  /// The keys of highlights that were withdrawn with a video and are so still.
  ///
  /// - Throws: `KafkaError`, or `CancellationError`.
  public func keysWithdrawn(with video: String) async throws -> [String] {
    try await latest(after: ControlState.highlightPrefix).values.compactMap { value in
      let change = try HighlightSwitch(serializedBytes: value)
      // By bytes, as ids are compared wherever they come from outside.
      let isOfVideo = change.videoID.utf8.elementsEqual(video.utf8)
      return isOfVideo && !change.withdrawalEpoch.isMultiple(of: 2) ? change.key : nil
    }.sorted()
  }

  /// The last value of each record key that begins so.
  private func latest(after prefix: String) async throws -> [[UInt8]: [UInt8]] {
    var reading = KafkaConsumerConfiguration(client: client, groupID: "highlights-control-log")
    reading.offsetReset = .earliest
    let consumer = try KafkaConsumer(configuration: reading, logger: logger)
    return try await withTaskCancellationHandler {
      let result: Result<[[UInt8]: [UInt8]], any Error>
      do { result = .success(try await read(consumer, Array(prefix.utf8))) } catch {
        result = .failure(error)
      }
      await consumer.close()
      try Task.checkCancellation()
      return try result.get()
    } onCancel: {
      Task { await consumer.close() }
    }
  }

  private func read(
    _ consumer: KafkaConsumer, _ prefix: [UInt8]
  ) async throws -> [[UInt8]: [UInt8]] {
    var left: [TopicPartition: Int64] = [:]
    for number in 0..<(try await consumer.partitionCount(of: topic)) {
      let partition = TopicPartition(topic: topic, partition: number)
      let log = try await consumer.watermarks(of: partition)
      if !log.isEmpty { left[partition] = log.upperBound }
    }
    var latest: [[UInt8]: [UInt8]] = [:]
    guard !left.isEmpty else { return latest }
    try await consumer.assign(left.keys.map { ($0, .beginning) })
    while !left.isEmpty, let event = await consumer.next() {
      switch event {
      case .messages(let batch):
        for message in batch {
          if let end = left[message.partition], message.offset + 1 >= end {
            left[message.partition] = nil
          }
          guard let key = message.key, key.starts(with: prefix) else { continue }
          latest[key] = message.value
        }
      case .partitionFailed(_, let error), .failed(let error, fatal: true): throw error
      case .failed(_, fatal: false), .assigned, .revoked: break
      }
    }
    return latest
  }
}
