import Foundation
import HighlightStore
import HighlightsProtocol
import Kafka
import Logging

/// Makes of the records of highlights topics what a store takes.
struct HighlightReader: Sendable {
  /// The variant of each topic; the default one's is empty.
  let variants: [String: String]
  let logger: Logger

  /// Nil for what no store could ever hold: it is said, and the topic goes on.
  ///
  /// - Throws: `UnknownTopic`: a record must not end up in another variant.
  func read(_ record: KafkaRecord) throws(UnknownTopic) -> HighlightRecord? {
    let topic = record.partition.topic
    guard let variant = variants[topic] else {
      throw UnknownTopic(topic: topic, known: variants.keys.sorted())
    }
    guard let value = record.value else { return nil }
    let position = RecordPosition(
      topic: topic, partition: record.partition.partition, offset: record.offset)
    do {
      let contentType = record.headers.text(HeaderName.contentType)
      let highlight: Highlight = try MessageCodec().decode(from: value, contentType: contentType)
      let isBinary = try MessageFormat(contentType: contentType) == .protobuf
      return try HighlightRecord(
        highlight, payload: isBinary ? Data(value) : nil, position: position, variant: variant)
    } catch {
      logger.error("skipped a record that is no highlight: \(position): \(error)")
      return nil
    }
  }
}

/// A record of a topic that holds no variant known here.
struct UnknownTopic: Error, CustomStringConvertible {
  let topic: String
  let known: [String]

  var description: String {
    "\(topic) is the topic of no variant; known: \(known.joined(separator: ", "))"
  }
}
