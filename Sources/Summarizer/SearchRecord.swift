import Control
import HighlightsProtocol
import Kafka

/// A record of a queries topic with what its headers and place say.
struct SearchRecord: Sendable {
  let record: KafkaRecord

  /// Stands for the search's id when the message has none: the event's id, else where it was consumed.
  var fallbackID: String {
    if let id = record.headers.text(HeaderName.eventID), !id.isEmpty { return id }
    return "\(record.partition.topic)/\(record.partition.partition)/\(record.offset)"
  }

  var isForwarded: Bool { record.headers.text(HeaderName.forwarded) != nil }
  var forcesRefresh: Bool { record.headers.text(HeaderName.forceRefresh) == "true" }

  /// Whether it comes from history, of which the deadline says nothing.
  var isReplayed: Bool { record.headers.text(HeaderName.replayJob) != nil }

  /// What whoever published it knows of its key.
  var withdrawalEpoch: UInt32 {
    record.headers.text(HeaderName.withdrawalEpoch).flatMap { UInt32($0) } ?? 0
  }

  /// What earlier tries took.
  var spent: Spent { Spent(record.headers) }

  /// The variant that the header names: empty for the default one, which it names by `default` or, as messages do, by
  /// nothing; nil without the header, which leaves it to the live one.
  var variant: String? { record.headers.text(HeaderName.variant).map(VariantName.parsed) }

  /// W3C trace context, passed on to what follows from the search.
  var traceHeaders: [KafkaHeader] {
    record.headers.filter { $0.name == HeaderName.traceParent || $0.name == HeaderName.traceState }
  }

  func decoded() throws(MessageError) -> SearchQuery {
    try MessageCodec().decode(
      from: record.value ?? [], contentType: record.headers.text(HeaderName.contentType))
  }

  /// The same bytes under the search's own key, marked so that they are sent on only once.
  func forwarded(key: [UInt8], id: String) -> KafkaProducerMessage {
    var headers = record.headers
    if record.headers.text(HeaderName.eventID)?.isEmpty ?? true {
      headers.append(KafkaHeader(HeaderName.eventID, id))
    }
    headers.append(KafkaHeader(HeaderName.forwarded, fallbackID))
    return KafkaProducerMessage(
      topic: record.partition.topic, key: key, value: record.value, headers: headers,
      timestamp: record.timestamp)
  }
}
