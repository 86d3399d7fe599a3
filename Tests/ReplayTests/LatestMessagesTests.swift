import Testing

@testable import Replay

@Suite("Latest messages")
struct LatestMessagesTests {
  private static func key(_ number: Int) -> KeyDigest {
    let digits = String(number, radix: 16)
    return KeyDigest((String(repeating: "0", count: 32 - digits.count) + digits).utf8)!
  }

  private static func offsets(_ chosen: ChosenMessages) -> [[Int64]] {
    (0..<chosen.count).map { [Int64(chosen[$0].partition), chosen[$0].offset] }
  }

  @Test("a key is read as 16 bytes and back, and what is no key is refused")
  func digests() throws {
    let text = "0123456789abcdef0f1e2d3c4b5a6978"
    let key = try #require(KeyDigest(text.utf8))
    #expect(
      key.bytes.map { $0 < 16 ? "0" + String($0, radix: 16) : String($0, radix: 16) }.joined()
        == text)
    #expect(KeyDigest.all(in: key.bytes + key.bytes) == [key, key])
    #expect(KeyDigest.all(in: [1, 2, 3]) == nil)
    for wrong in ["", "0123", text.uppercased(), text + "0", "g" + text.dropFirst()] {
      #expect(KeyDigest(wrong.utf8) == nil, "\(wrong)")
    }
  }

  @Test("of a key the highest offset is chosen, whatever the times say")
  func highestOffset() {
    var latest = LatestMessages()
    latest.add(Self.key(1), partition: 0, offset: 5, timestamp: 900)
    latest.add(Self.key(1), partition: 0, offset: 9, timestamp: 100)
    latest.add(Self.key(2), partition: 0, offset: 7, timestamp: 1)
    let chosen = latest.chosen()
    #expect(Self.offsets(chosen) == [[0, 7], [0, 9]])
    #expect((0..<2).map { chosen[$0].count } == [1, 2])
  }

  @Test(
    "of a key in several partitions the latest by time is chosen and counts for all, in any order of reading"
  )
  func severalPartitions() {
    let messages: [(Int32, Int64, Int64)] = [(3, 1, 50), (1, 8, 70), (2, 4, 70), (1, 2, 99)]
    for turn in 0..<messages.count {
      var latest = LatestMessages()
      for message in messages[turn...] + messages[..<turn] {
        latest.add(Self.key(1), partition: message.0, offset: message.1, timestamp: message.2)
      }
      let chosen = latest.chosen()
      #expect(Self.offsets(chosen) == [[2, 4]], "begun with \(turn)")
      #expect(chosen[0].count == 4)
    }
  }

  @Test("the order is that of offsets, or of a score with offsets for equal ones")
  func orders() {
    func filled() -> LatestMessages {
      var latest = LatestMessages()
      for number in 0..<6 {
        latest.add(
          Self.key(number), partition: Int32(number % 2), offset: Int64(10 - number), timestamp: 0)
      }
      return latest
    }
    #expect(
      Self.offsets(filled().chosen()) == [[0, 6], [0, 8], [0, 10], [1, 5], [1, 7], [1, 9]])
    let scored = filled().chosen { $0.offset > 7 ? 2 : 1 }
    #expect(Self.offsets(scored) == [[0, 8], [0, 10], [1, 9], [0, 6], [1, 5], [1, 7]])
  }

  @Test("a partition's ranks are found, and those of one that has none are empty")
  func ranks() {
    var latest = LatestMessages()
    for number in 0..<10 {
      latest.add(
        Self.key(number), partition: number < 4 ? 2 : 5, offset: Int64(number), timestamp: 0)
    }
    let chosen = latest.chosen()
    #expect(
      [0, 2, 3, 5, 9].map { chosen.ranks(of: $0) } == [0..<0, 0..<4, 4..<4, 4..<10, 10..<10])
  }

  @Test("many keys are all kept, and what is kept grows with the keys alone")
  func memory() {
    var latest = LatestMessages()
    for turn in 0..<20 {
      for number in 0..<50_000 {
        latest.add(
          Self.key(number &* 0x9E37_79B9), partition: 0, offset: Int64(turn * 50_000 + number),
          timestamp: 0)
      }
    }
    #expect(latest.count == 50_000)
    #expect(latest.allocatedBytes < 50_000 * 56)
    let chosen = latest.chosen()
    #expect(chosen.count == 50_000 && chosen[0].offset == 19 * 50_000 && chosen[0].count == 20)
  }
}
