import HighlightsProtocol
import Kafka
import Testing

@testable import Replay

@Suite("Headers of replayed messages")
struct ReplayHeaderTests {
  private static let original = [
    KafkaHeader("ce_id", "s-1"), KafkaHeader("kafka_dlt-original-topic", "search.queries"),
    KafkaHeader("retry_topic-attempts", [0, 0, 0, 3]), KafkaHeader("traceparent", "00-1"),
    KafkaHeader("spent", "2;100"), KafkaHeader("forwarded", "x"), KafkaHeader("variant", "v1"),
    KafkaHeader("replay_job", "earlier"), KafkaHeader("unknown-to-us", [0xFF]),
  ]

  @Test("those of tries and of an earlier replay go, all others stay as they are")
  func keeps() {
    let headers = ReplayHeader(job: "j", forceRefresh: false, variant: nil)
      .headers(replacing: Self.original)
    #expect(
      headers == [
        KafkaHeader("ce_id", "s-1"), KafkaHeader("traceparent", "00-1"),
        KafkaHeader("variant", "v1"),
        KafkaHeader("unknown-to-us", [0xFF]), KafkaHeader("replay_job", "j"),
      ])
  }

  @Test("a variant and a forced refresh replace what the message had")
  func replaces() {
    let headers = ReplayHeader(job: "j", forceRefresh: true, variant: "")
      .headers(replacing: Self.original + [KafkaHeader(HeaderName.forceRefresh, "no")])
    #expect(headers.filter { $0.name == HeaderName.variant } == [KafkaHeader("variant", "")])
    #expect(headers.filter { $0.name == HeaderName.forceRefresh }.map(\.text) == ["true"])
  }
}
