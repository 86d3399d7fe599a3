import Highlights
import HighlightsProtocol
import Kafka
import LookupService

/// Publishes the searches that look-ups find no highlight for.
struct SearchPublisher: SearchQueue {
  let producer: KafkaProducer
  let topic: String
  let limits: SearchLimits
  /// What is known of a key's withdrawals.
  let withdrawalEpoch: @Sendable (_ key: String) -> UInt32

  func publish(_ query: SearchQuery) async throws {
    var message = try OutgoingQuery(checking: query, topic: topic, limits: limits).message
    let epoch = withdrawalEpoch(String(decoding: message.key ?? [], as: UTF8.self))
    if epoch > 0 {
      message.headers.append(KafkaHeader(HeaderName.withdrawalEpoch, String(epoch)))
    }
    try await producer.sendTraced(message)
  }
}
