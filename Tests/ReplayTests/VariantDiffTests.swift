import HighlightsProtocol
import Kafka
import SwiftProtobuf
import Testing

@testable import Replay

@Suite("Differences of variants", .timeLimit(.minutes(5)))
struct VariantDiffTests {
  private static func message(
    _ number: Int, _ topic: String, _ texts: [String], citing: [UInt32] = [0], cost: UInt64 = 5,
    reason: String = ""
  ) throws -> KafkaProducerMessage {
    var highlight = Highlight()
    highlight.key = key(number)
    highlight.status = texts.isEmpty ? .noAnswer : .answered
    highlight.reason = reason
    highlight.sentences = texts.map { text in
      var sentence = Sentence()
      sentence.text = text
      sentence.citations = citing.map { index in
        var citation = Citation()
        (citation.videoID, citation.segmentIndex) = ("v", index)
        return citation
      }
      return sentence
    }
    highlight.usage.costMicros = cost
    highlight.usage.currency = "USD"
    return KafkaProducerMessage(
      topic: topic, key: Array(key(number).utf8), value: try highlight.serializedBytes())
  }

  @Test("keys are told apart by what changed, and the newest highlight of each counts")
  func changes() async throws {
    try await ReplayFixture.run { fixture in
      // What follows is newer, and the same message is the same twice.
      try await fixture.send([
        try Self.message(1, "highlights", ["old"]), try Self.message(1, "highlights", ["a"]),
        try Self.message(2, "highlights", ["a"]), try Self.message(3, "highlights", []),
        try Self.message(4, "highlights", ["a", "b"], citing: [0, 1]),
        try Self.message(5, "highlights", ["a"], citing: [0, 1]),
        try Self.message(6, "highlights", [], reason: "no_videos"),
        try Self.message(7, "highlights", ["a"]), try Self.message(8, "highlights", ["a"]),
        KafkaProducerMessage(topic: "highlights", key: Array(key(8).utf8), value: nil),
        try Self.message(1, "backfill", ["a"], cost: 7), try Self.message(2, "backfill", []),
        try Self.message(3, "backfill", ["c"]), try Self.message(4, "backfill", ["a"]),
        try Self.message(5, "backfill", ["a"], citing: [1, 2]),
        try Self.message(6, "backfill", [], reason: "not_in_videos"),
        try Self.message(8, "backfill", ["a"]),
      ])
      let diff = try await VariantDiff.read(
        client: fixture.client, first: "highlights", second: "backfill", samples: 1, logger: quiet)
      #expect(
        diff.counts == [
          .same: 1, .answeredThenNot: 1, .notThenAnswered: 1, .otherSentences: 1,
          .otherCitations: 1, .otherReason: 1,
        ])
      #expect(diff.onlyFirst == 1 && diff.onlySecond == 1 && diff.both == 6)
      #expect(diff.first.answered == 4 && diff.second.answered == 4)
      #expect(diff.first.sentences == 5 && diff.first.citations == 8)
      #expect(diff.second.costMicros == ["USD": 32])
      #expect(diff.samples.map(\.change).count == 5 && Set(diff.samples.map(\.change)).count == 5)
      let sample = try #require(diff.samples.first { $0.change == .otherSentences })
      #expect(sample.first.sentences.count == 2 && sample.second.key == key(4))
    }
  }
}
