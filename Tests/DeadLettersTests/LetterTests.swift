import HighlightsProtocol
import Kafka
import KafkaWorker
import SwiftProtobuf
import Testing

@testable import DeadLetters

struct LetterTests {
  @Test("a worker's headers say what died, of what, and where it came from")
  func parsing() throws {
    let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    let found = letter(
      "cake", offset: 7,
      headers: burial(topic: "q.backfill", partition: 2, offset: 41, timestamp: 99)
        + [KafkaHeader(HeaderName.traceParent, trace)])
    #expect(found.reason == "authentication" && found.attempts == 5)
    let origin = try #require(found.origin)
    #expect(
      (origin.topic, origin.partition, origin.offset, origin.timestamp) == ("q.backfill", 2, 41, 99)
    )
    #expect(found.search?.text == "cake")
    #expect(found.trace?.description == trace)
    #expect(found.truncatedFrom == nil)
  }

  @Test(
    "a message without them is a letter of unknown origin, and bytes that are no search are none")
  func stranger() {
    let found = Letter(
      KafkaRecord(
        partition: TopicPartition(topic: "q.dead", partition: 0), offset: 0, key: nil,
        value: [0xFF, 0xFF],
        headers: [
          KafkaHeader(DeadLetter.originalTopic, "q"), KafkaHeader(DeadLetter.originalOffset, "3"),
        ]))
    #expect(found.origin == nil && found.reason.isEmpty && found.search == nil)
  }

  @Test("a filter takes what all of its parts name")
  func filter() {
    let letters = [
      letter("Crème Brûlée", partition: 0, offset: 1, timestamp: 1_000),
      letter(
        "cake", partition: 0, offset: 2, timestamp: 2_000, headers: burial(reason: "empty_text")),
      letter(
        "cake", partition: 1, offset: 1, timestamp: 3_000, headers: burial(topic: "q.backfill")),
      letter("soup", partition: 1, offset: 2, timestamp: nil),
    ]
    func matching(_ change: (inout LetterFilter) -> Void) -> [Int] {
      var filter = LetterFilter()
      change(&filter)
      return letters.indices.filter { filter.matches(letters[$0]) }
    }
    #expect(matching { _ in } == [0, 1, 2, 3])
    #expect(matching { $0.reasons = ["empty_text", "other"] } == [1])
    #expect(matching { $0.topics = ["q.backfill"] } == [2])
    #expect(matching { $0.since = UnixTime(milliseconds: 2_000) } == [1, 2])
    #expect(matching { $0.until = UnixTime(milliseconds: 2_000) } == [0])
    #expect(matching { $0.text = "creme BRULEE" } == [0])
    #expect(
      matching { $0.offsets = [0: OffsetRanges([2..<9]), 1: OffsetRanges([0..<2])] } == [1, 2])
    #expect(
      matching {
        $0.text = "cake"
        $0.topics = ["q"]
      } == [1])
  }
}

struct RedriveMarkTests {
  private let moment = UnixTime(milliseconds: 1_700_000_000_000)

  @Test("a redriven message has key and bytes of the dead one, its own headers, and two more")
  func message() throws {
    let own = [
      KafkaHeader(HeaderName.eventID, "e1"), KafkaHeader("x", [0, 255]),
      KafkaHeader(HeaderName.variant, "v2"), KafkaHeader("x", "again"),
    ]
    let dropped = [
      KafkaHeader(HeaderName.spent, "1;2;3;USD"), KafkaHeader(HeaderName.forwarded, "q/0/1"),
      KafkaHeader(RedriveMark.from, "q.dead-0-1"), KafkaHeader(RedriveMark.at, "then"),
      KafkaHeader("retry_topic-backoff-timestamp", [0, 0, 0, 0, 0, 0, 0, 1]),
    ]
    let dead = letter(
      "cake", partition: 1, offset: 42, headers: own + dropped + burial(partition: 2))
    let message = RedriveMark.message(dead, to: try #require(dead.origin), at: moment)
    #expect(message.topic == "q" && message.partition == nil && message.timestamp == nil)
    #expect(message.key == dead.record.key && message.value == dead.record.value)
    #expect(
      message.headers == own + [
        KafkaHeader("redriven_from", "q.dead-1-42"),
        KafkaHeader("redriven_at", "2023-11-14T22:13:20.000Z"),
      ])
  }

  @Test("a search without an id keeps the one that its death was told under")
  func identity() throws {
    let dead = letter("cake", headers: burial(topic: "q", partition: 2, offset: 41))
    let message = RedriveMark.message(dead, to: try #require(dead.origin), at: moment)
    #expect(message.headers.text(HeaderName.eventID) == "q/2/41")
  }

  @Test("a mark is read back, whatever dashes the topic has")
  func place() throws {
    let place = try #require(RedriveMark.place("a-b.dead-3-42"))
    #expect(place.topic == "a-b.dead" && place.partition == 3 && place.offset == 42)
    for text in ["", "a", "a-1", "a-1-x", "a-1-9223372036854775807"] {
      #expect(RedriveMark.place(text) == nil, "\(text)")
    }
  }
}

struct RedriveStateTests {
  private func claim(_ run: String, _ status: RedriveClaim.Status, at seconds: Int64) -> [UInt8] {
    var claim = RedriveClaim()
    claim.run = run
    claim.status = status
    claim.renewedAt = UnixTime(milliseconds: seconds * 1_000).timestamp
    // Binary protobuf of a message without required fields is always written.
    return try! claim.serializedBytes()
  }

  private func holder(_ claims: [[UInt8]]) -> String? {
    var state = RedriveState(topic: "d")
    for claim in claims { state.apply(key: "redrive/d", value: claim) }
    return state.claim?.run
  }

  @Test("of two claims the first counts, until it ends or is silent for too long")
  func claims() {
    let a = claim("a", .running, at: 0)
    #expect(holder([a, claim("b", .running, at: 1)]) == "a")
    #expect(holder([a, claim("b", .running, at: 1), claim("a", .running, at: 2)]) == "a")
    #expect(holder([a, claim("b", .running, at: 30)]) == "a")
    #expect(holder([a, claim("b", .running, at: 31)]) == "b")
    #expect(holder([a, claim("a", .running, at: 20), claim("b", .running, at: 31)]) == "a")
    #expect(holder([a, claim("a", .done, at: 1), claim("b", .running, at: 1)]) == "b")
    #expect(holder([a, claim("a", .interrupted, at: 1), claim("b", .running, at: 1)]) == "b")
    // It was taken over, and does not know yet.
    #expect(holder([a, claim("b", .running, at: 31), claim("a", .running, at: 32)]) == "b")
  }

  @Test("records of other topics, of other kinds and of no kind change nothing")
  func others() throws {
    var state = RedriveState(topic: "d")
    var progress = RedriveProgress()
    progress.partition = 1
    progress.runs = [0, 5]
    let bytes: [UInt8] = try progress.serializedBytes()
    for key in ["redrive/d.other", "redrive/d.other/1", "redrive/d/2", "lane/queries", "redrive/"] {
      state.apply(key: key, value: bytes)
    }
    state.apply(key: "redrive/d", value: [0xFF])
    state.apply(key: "redrive/d/1", value: nil)
    #expect(state == RedriveState(topic: "d"))
    state.apply(key: "redrive/d/1", value: bytes)
    #expect(state.redriven == [1: OffsetRanges([0..<5])])
  }
}
