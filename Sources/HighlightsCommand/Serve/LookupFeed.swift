import HighlightsProtocol
import Kafka
import Logging
import LookupService
import SwiftProtobuf

/// Tells a look-up service, and the board of the fleet, what ends elsewhere.
struct LookupFeed: Sendable {
  let service: LookupService
  let fleet: FleetFeed
  let outcomes: String
  /// The variant of each topic of highlights; the default one's is empty.
  let variants: [String: String]
  let logger: Logger
  /// Called with each highlight after the service has it.
  let onHighlight: @Sendable (Highlight) -> Void

  /// The topics to read.
  var topics: [String] { [outcomes] + variants.keys.sorted() }

  func take(_ record: KafkaRecord) {
    guard let value = record.value else { return }
    let format = record.headers.text(HeaderName.contentType)
    do {
      if let variant = variants[record.partition.topic] {
        let highlight: Highlight = try MessageCodec().decode(from: value, contentType: format)
        service.highlightPublished(highlight, variant: variant)
        onHighlight(highlight)
      } else {
        let outcome: Outcome = try MessageCodec().decode(from: value, contentType: format)
        service.searchEnded(outcome)
        fleet.take(outcome)
      }
    } catch {
      logger.warning("\(record.partition)@\(record.offset) cannot be read: \(error)")
    }
  }
}
