import DeadLetters
import Foundation
import HighlightsProtocol
import Kafka
import KafkaWorker
import Testing

struct LetterTextTests {
  @Test("a letter is shown with its search, its headers, and where it came from")
  func search() throws {
    let found = letter("cake", partition: 2, offset: 7, headers: burial(offset: 41))
    let lines = LetterText(letter: found, isRedriven: true).lines
    #expect(lines.first == "q.dead[2] @ 7  redriven")
    #expect(lines.contains("  died    authentication: 401: no such key"))
    #expect(lines.contains("  from    q[0] @ 41"))
    #expect(lines.contains("  tries   5"))
    #expect(lines.contains("  header  \(DeadLetter.originalOffset): 0x0000000000000029"))
    #expect(lines.contains { $0.hasPrefix("  search  ") && $0.contains(#""text":"cake""#) })
    let json = try JSONSerialization.jsonObject(
      with: Data(LetterText(letter: found, isRedriven: true).json().utf8))
    let object = try #require(json as? [String: Any])
    #expect(object["offset"] as? Int == 7 && object["redriven"] as? Bool == true)
    #expect((object["search"] as? String)?.contains("cake") == true)
    #expect(object["bytes"] == nil)
  }

  @Test("bytes that are no search are shown from their start, in hexadecimal")
  func bytes() {
    func shown(_ value: [UInt8]?) -> String? {
      let record = KafkaRecord(
        partition: TopicPartition(topic: "q.dead", partition: 0), offset: 0, key: nil,
        value: value,
        headers: burial() + [KafkaHeader(HeaderName.contentType, "application/avro")])
      return LetterText(letter: Letter(record), isRedriven: false).lines
        .first { $0.hasPrefix("  bytes ") }
    }
    #expect(shown([0, 255]) == "  bytes   00ff")
    #expect(shown(nil) == "  bytes   (none)")
    #expect(shown([UInt8](repeating: 1, count: 300))?.hasSuffix("01 and 44 more") == true)
  }

  @Test("a list is a table of groups, or one line where there is none")
  func list() throws {
    #expect(LetterListText(list: LetterList(), topic: "d").lines == ["0 dead letters in d"])
    #expect(
      try LetterListText(list: LetterList(), topic: "d").json()
        == #"{"groups":[],"letters":0,"topic":"d"}"#)
  }

  @Test("a redrive says what was left and why")
  func redrive() {
    var counts = RedriveCounts()
    counts.matched = 9
    counts.chosen = 5
    counts.redriven = 5
    counts.answeredSince = 4
    counts.pastDeadline = 2
    #expect(
      RedriveText(counts: counts, isDry: false).lines == [
        "redriven 5 of 9 dead letters", "  left: 4 with a newer highlight (--answered)",
        "  of them 2 past their deadline: they will end as expired",
      ])
    #expect(
      RedriveText(counts: counts, isDry: true).lines.first == "would redrive 5 of 9 dead letters")
  }
}
