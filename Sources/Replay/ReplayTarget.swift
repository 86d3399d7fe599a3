import Foundation
import HighlightStore
import HighlightsProtocol
import Kafka

/// Where replayed messages go.
enum ReplayTarget: Sendable {
  case topic(KafkaProducer, String, ReplayHeader)
  /// The variant of which the highlights are.
  case store(any HighlightStore, variant: String)

  /// The message as it goes there; nil where that cannot take it.
  func item(_ message: KafkaMessage) -> ReplayItem? {
    switch self {
    case .topic(_, let topic, let header):
      ReplayItem(
        message,
        .message(
          KafkaProducerMessage(
            topic: topic, key: message.key, value: message.value,
            headers: header.headers(replacing: message.headers))))
    case .store(_, let variant):
      Self.record(message, variant: variant).map { ReplayItem(message, .record($0)) }
    }
  }

  private static func record(_ message: KafkaMessage, variant: String) -> HighlightRecord? {
    guard let value = message.value else { return nil }
    let contentType = message.headers.text(HeaderName.contentType)
    let position = RecordPosition(
      topic: message.topic, partition: message.partitionNumber, offset: message.offset)
    guard
      let highlight: Highlight = try? MessageCodec().decode(from: value, contentType: contentType),
      let format = try? MessageFormat(contentType: contentType)
    else { return nil }
    return try? HighlightRecord(
      highlight, payload: format == .protobuf ? Data(value) : nil, position: position,
      variant: variant)
  }
}

/// A chosen message, with memory of its own.
struct ReplayItem: Sendable {
  enum Content: Sendable {
    case message(KafkaProducerMessage)
    case record(HighlightRecord)
    /// What a dry run keeps of it: bytes and tokens of its payload.
    case measured(bytes: Int, tokens: Int)
  }

  let partition: Int32
  let offset: Int64
  let content: Content

  init(_ message: KafkaMessage, _ content: Content) {
    partition = message.partitionNumber
    offset = message.offset
    self.content = content
  }
}
