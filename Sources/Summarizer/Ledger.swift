import HighlightsProtocol
import Kafka
import SwiftProtobuf

/// Builds what a search leaves on `search.outcomes` and `search.highlights`.
struct Ledger: Sendable {
  let settings: SummarizerSettings
  let now: @Sendable () -> UnixTime
  private let observer = OutcomeObserver()

  init(settings: SummarizerSettings, now: @escaping @Sendable () -> UnixTime) {
    self.settings = settings
    self.now = now
  }

  static let source = "/highlights/summarizer"

  /// An outcome with what every search has: its identity, where and when it was consumed.
  ///
  /// - Parameter variant: empty for the default one.
  func outcome(
    id: String, key: String, variant: String, of search: SearchRecord, consumedAt: UnixTime,
    _ result: Outcome.Result,
    reason: String = "", detail: String = ""
  ) -> Outcome {
    var outcome = Outcome()
    outcome.queryID = id
    outcome.key = key
    outcome.variant = variant
    outcome.topic = search.record.partition.topic
    outcome.partition = search.record.partition.partition
    outcome.offset = search.record.offset
    outcome.result = result
    outcome.reason = reason
    outcome.detail = String(detail.prefix(1_000))
    outcome.consumedAt = consumedAt.timestamp
    return outcome
  }

  /// The outcome as the record to publish; its end is now, and it is counted.
  func message(_ outcome: Outcome, of search: SearchRecord) -> KafkaProducerMessage {
    var outcome = outcome
    let ended = now()
    outcome.endedAt = ended.timestamp
    observer.ended(outcome, search)
    return KafkaProducerMessage(
      topic: settings.outcomesTopic,
      key: outcome.key.isEmpty ? search.record.key : Array(outcome.key.utf8),
      value: encoded(outcome),
      headers: headers(id: outcome.queryID, type: "highlights.v1.Outcome", ended, search))
  }

  func message(
    _ highlight: Highlight, to variant: Variant, of search: SearchRecord, id: String
  ) -> KafkaProducerMessage {
    KafkaProducerMessage(
      topic: variant.topic, key: Array(highlight.key.utf8), value: encoded(highlight),
      headers: headers(
        id: id, type: "highlights.v1.Highlight", UnixTime(highlight.generatedAt), search))
  }

  private func headers(
    id: String, type: String, _ time: UnixTime, _ search: SearchRecord
  ) -> [KafkaHeader] {
    let event = CloudEvent(id: id, type: type, source: Self.source, time: time)
    return event.headers.map { KafkaHeader($0.0, $0.1) } + search.traceHeaders
  }

  private func encoded(_ message: some Message) -> [UInt8] {
    do { return try MessageCodec().encode(message) } catch {
      // Binary protobuf refuses only missing proto2 fields and invalid `Any`s; these messages have neither.
      preconditionFailure("\(error)")
    }
  }
}
