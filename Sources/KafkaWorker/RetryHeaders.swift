import Foundation
import Kafka

/// A message of a retry topic: the original, and what its headers say of its tries.
///
/// The names are Spring's (`org.springframework.kafka.retrytopic.RetryTopicHeaders`), numbers big-endian as it writes
/// them, so that its tools can read these topics.
struct RetryHeaders: Equatable {
  /// Where the message was first consumed.
  var original: TopicPartition
  var offset: Int64
  var timestamp: Int64?
  /// Tries that failed.
  var attempts: Int
  /// When it may be tried again, in ms since 1970.
  var dueAt: Int64

  static let dueAtName = "retry_topic-backoff-timestamp"

  private static let names: Set<String> = [
    DeadLetter.originalTopic, DeadLetter.originalPartition, DeadLetter.originalOffset,
    DeadLetter.originalTimestamp, DeadLetter.attempts, dueAtName,
  ]

  init(original: TopicPartition, offset: Int64, timestamp: Int64?, attempts: Int, dueAt: Int64) {
    self.original = original
    self.offset = offset
    self.timestamp = timestamp
    self.attempts = attempts
    self.dueAt = dueAt
  }

  /// Nil when `headers` are not those of a retried message.
  init?(_ headers: [KafkaHeader]) {
    guard let topic = headers.text(DeadLetter.originalTopic),
      let partition = headers.integer(DeadLetter.originalPartition, as: Int32.self),
      let offset = headers.integer(DeadLetter.originalOffset, as: Int64.self),
      let attempts = headers.integer(DeadLetter.attempts, as: Int32.self), attempts >= 0,
      let dueAt = headers.integer(Self.dueAtName, as: Int64.self)
    else { return nil }
    original = TopicPartition(topic: topic, partition: partition)
    self.offset = offset
    timestamp = headers.integer(DeadLetter.originalTimestamp, as: Int64.self).flatMap {
      $0 < 0 ? nil : $0
    }
    self.attempts = Int(attempts)
    self.dueAt = dueAt
  }

  private var headers: [KafkaHeader] {
    [
      KafkaHeader(DeadLetter.originalTopic, original.topic),
      KafkaHeader(DeadLetter.originalPartition, original.partition.bigEndianBytes),
      KafkaHeader(DeadLetter.originalOffset, offset.bigEndianBytes),
      KafkaHeader(DeadLetter.originalTimestamp, (timestamp ?? -1).bigEndianBytes),
      KafkaHeader(DeadLetter.attempts, Int32(clamping: attempts).bigEndianBytes),
      KafkaHeader(Self.dueAtName, dueAt.bigEndianBytes),
    ]
  }

  /// The record as it was first consumed, without these headers.
  func original(of record: KafkaRecord) -> KafkaRecord {
    var record = record
    record.partition = original
    record.offset = offset
    record.timestamp = timestamp
    record.headers.removeAll { Self.names.contains($0.name) }
    return record
  }

  /// The original to publish to a retry topic, on the partition whose owner owns it now.
  func message(_ original: KafkaRecord, topic: String, partition: Int32) -> KafkaProducerMessage {
    KafkaProducerMessage(
      topic: topic, partition: partition, key: original.key, value: original.value,
      headers: original.headers.filter { !Self.names.contains($0.name) } + headers)
  }
}

extension [KafkaHeader] {
  /// A big-endian number; nil when absent or of another size.
  func integer<T: FixedWidthInteger>(_ name: String, as type: T.Type) -> T? {
    guard let bytes = last(where: { $0.name == name })?.value,
      bytes.count == T.bitWidth / 8
    else { return nil }
    return bytes.reduce(0) { $0 << 8 | T($1) }
  }
}

/// Now, in ms since 1970, as records and headers count.
func millisecondsSince1970() -> Int64 { Int64(Date().timeIntervalSince1970 * 1_000) }
