import HighlightsProtocol
import Kafka
import KafkaWorker

/// What a redriven message says of where it comes from, and how it is made of a dead letter.
public enum RedriveMark {
  /// The dead letter: topic, partition and offset, such as `search.queries.dead-3-42`.
  public static let from = "redriven_from"
  /// When, RFC 3339.
  public static let at = "redriven_at"

  /// What the worker wrote when it buried the message, what counts tries and their cost, and what says that it was sent
  /// on to the partition of its key: all of it begins anew. What the tries took stands on the outcome of its death.
  private static let dropped: Set<String> = [
    DeadLetter.originalTopic, DeadLetter.originalPartition, DeadLetter.originalOffset,
    DeadLetter.originalTimestamp, DeadLetter.originalGroup, DeadLetter.exceptionName,
    DeadLetter.exceptionMessage, DeadLetter.attempts, DeadLetter.truncatedFrom,
    "retry_topic-backoff-timestamp", HeaderName.spent, HeaderName.forwarded, from, at,
  ]

  /// The message once more: key and value byte for byte, its other headers in their order.
  ///
  /// It has no timestamp of its own: with that of the original, its topic might delete it at once for its age. A search
  /// without any id gets the one that stands on the outcome of its death, which is made of where it was consumed.
  static func message(
    _ letter: Letter, to origin: Letter.Origin, at moment: UnixTime
  ) -> KafkaProducerMessage {
    var headers = letter.record.headers.filter { !dropped.contains($0.name) }
    if headers.text(HeaderName.eventID)?.isEmpty ?? true {
      headers.removeAll { $0.name == HeaderName.eventID }
      headers.append(
        KafkaHeader(HeaderName.eventID, "\(origin.topic)/\(origin.partition)/\(origin.offset)"))
    }
    headers.append(
      KafkaHeader(from, "\(letter.record.partition.topic)-\(letter.partition)-\(letter.offset)"))
    headers.append(KafkaHeader(at, moment.description))
    // With a key, the partitioner's word counts: the topic may have more partitions by now.
    return KafkaProducerMessage(
      topic: origin.topic, key: letter.record.key, value: letter.record.value, headers: headers)
  }

  /// Reads ``from``; nil when it is none.
  static func place(_ text: String) -> (topic: String, partition: Int32, offset: Int64)? {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count >= 3, let offset = Int64(parts[parts.count - 1]), offset >= 0, offset < .max,
      let partition = Int32(parts[parts.count - 2]), partition >= 0
    else { return nil }
    return (parts.dropLast(2).joined(separator: "-"), partition, offset)
  }
}
