import Kafka
import Logging
import WorkerRuntime

/// A message that can never be handled, with Spring's headers, because redrive tools read them
/// (`org.springframework.kafka.support.KafkaHeaders`; numbers are big-endian, as Spring writes them).
public struct DeadLetter: Sendable {
  let record: KafkaRecord
  let failure: WorkFailure
  let attempts: Int
  let group: String

  /// The message to publish, its value cut to `valueLimit` bytes.
  func message(topic: String, valueLimit: Int) -> KafkaProducerMessage {
    var headers = record.headers.filter { !Self.names.contains($0.name) }
    headers += [
      KafkaHeader(Self.originalTopic, record.partition.topic),
      KafkaHeader(Self.originalPartition, record.partition.partition.bigEndianBytes),
      KafkaHeader(Self.originalOffset, record.offset.bigEndianBytes),
      KafkaHeader(Self.originalTimestamp, (record.timestamp ?? -1).bigEndianBytes),
      KafkaHeader(Self.originalGroup, group),
      KafkaHeader(Self.exceptionName, failure.reason),
      KafkaHeader(Self.exceptionMessage, String(failure.detail.prefix(1_000))),
      KafkaHeader(Self.attempts, Int32(clamping: attempts).bigEndianBytes),
    ]
    var value = record.value
    if let whole = value, whole.count > valueLimit {
      value = Array(whole.prefix(valueLimit))
      headers.append(KafkaHeader(Self.truncatedFrom, "\(whole.count)"))
    }
    return KafkaProducerMessage(topic: topic, key: record.key, value: value, headers: headers)
  }

  public static let originalTopic = "kafka_dlt-original-topic"
  public static let originalPartition = "kafka_dlt-original-partition"
  public static let originalOffset = "kafka_dlt-original-offset"
  public static let originalTimestamp = "kafka_dlt-original-timestamp"
  public static let originalGroup = "kafka_dlt-original-consumer-group"
  public static let exceptionName = "kafka_dlt-exception-fqcn"
  public static let exceptionMessage = "kafka_dlt-exception-message"
  public static let attempts = "retry_topic-attempts"
  /// Our own: the size of the value in bytes before it was cut to fit the dead letter topic.
  public static let truncatedFrom = "truncated-from"

  private static let names: Set<String> = [
    originalTopic, originalPartition, originalOffset, originalTimestamp, originalGroup,
    exceptionName, exceptionMessage, attempts, truncatedFrom, RetryHeaders.dueAtName,
  ]
}

extension KafkaWorker {
  /// Publishes the dead letters of a job, then their obituaries; true once all are acknowledged.
  func bury(
    _ records: [KafkaRecord], of job: Core.Job, _ failure: WorkFailure, attempts: Int
  ) async -> Bool {
    for record in records {
      guard await publishDeadLetter(of: record, failure, attempts, job) else { return false }
      var left = handler.obituary(for: record, failure)
      while !left.isEmpty {
        guard await maySend(), isCurrent(job) else { return false }
        left = await failures(of: left).map(\.0)
        if !left.isEmpty { await pause(for: .seconds(1), job) }
      }
      logger.warning("\(record.partition)@\(record.offset) is dead: \(failure)")
      observe(.died(failure, record.partition, offset: record.offset))
    }
    return true
  }

  private func publishDeadLetter(
    of record: KafkaRecord, _ failure: WorkFailure, _ attempts: Int, _ job: Core.Job
  ) async -> Bool {
    guard let topic = configuration.deadLetterTopic else { return false }
    let letter = DeadLetter(
      record: record, failure: failure, attempts: attempts,
      group: configuration.consumer.groupID)
    // Key, headers and framing take their part of the largest message; a topic may allow less still, so
    // the value is halved until it is accepted.
    var limit = max(0, configuration.consumer.client.messageMaxBytes - 16_384)
    while await maySend(), isCurrent(job) {
      let message = letter.message(topic: topic, valueLimit: limit)
      guard let (_, error) = await failures(of: [message]).first else { return true }
      if error.code == .messageTooLarge, limit > 0 {
        limit = min(limit, record.value?.count ?? 0) / 2
      } else {
        postpone(job, WorkFailure(.hold, reason: "dead_letter_refused", detail: "\(error)"))
        await pause(for: .seconds(1), job)
      }
    }
    return false
  }
}

extension FixedWidthInteger {
  /// Most significant byte first.
  var bigEndianBytes: [UInt8] { withUnsafeBytes(of: bigEndian) { Array($0) } }
}
