import HighlightStore
import HighlightsProtocol
import Testing

@Suite("Precedence")
struct PrecedenceTests {
  struct Row: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var incoming: HighlightVersion
    var stored: HighlightVersion
    var verdict: Precedence.Verdict
  }

  static func version(
    _ seconds: Int64, offset: Int64 = 5, partition: Int32 = 0, topic: String = "t",
    withdrawn: Bool = false
  ) -> HighlightVersion {
    HighlightVersion(
      isWithdrawn: withdrawn, generatedAt: UnixTime(seconds: seconds),
      position: RecordPosition(topic: topic, partition: partition, offset: offset))
  }

  static let table: [Row] = [
    Row(
      testDescription: "newer replaces, even from an earlier offset",
      incoming: version(2, offset: 1), stored: version(1), verdict: .replaces),
    Row(
      testDescription: "older loses, even from a later offset",
      incoming: version(1, offset: 9), stored: version(2), verdict: .loses),
    Row(
      testDescription: "one millisecond is newer",
      incoming: HighlightVersion(
        isWithdrawn: false, generatedAt: UnixTime(milliseconds: 1_001),
        position: RecordPosition(topic: "t", partition: 0, offset: 0)),
      stored: version(1), verdict: .replaces),
    Row(
      testDescription: "a tie goes to the later offset",
      incoming: version(1, offset: 6), stored: version(1), verdict: .replaces),
    Row(
      testDescription: "a tie is lost by the earlier offset",
      incoming: version(1, offset: 4), stored: version(1), verdict: .loses),
    Row(
      testDescription: "the same record is stored already",
      incoming: version(1), stored: version(1), verdict: .isStored),
    Row(
      testDescription: "the same offset of another partition is decided by partition",
      incoming: version(1, partition: 1), stored: version(1), verdict: .replaces),
    Row(
      testDescription: "and of another topic by topic",
      incoming: version(1, topic: "s"), stored: version(1), verdict: .loses),
    Row(
      testDescription: "an older withdrawal replaces",
      incoming: version(1, offset: 1, withdrawn: true), stored: version(2), verdict: .replaces),
    Row(
      testDescription: "a newer answer loses to a withdrawal",
      incoming: version(2, offset: 9), stored: version(1, withdrawn: true), verdict: .loses),
    Row(
      testDescription: "a newer withdrawal replaces a withdrawal",
      incoming: version(2, withdrawn: true), stored: version(1, withdrawn: true),
      verdict: .replaces),
  ]

  @Test("decides", arguments: table)
  func decides(row: Row) {
    #expect(Precedence.verdict(on: row.incoming, against: row.stored) == row.verdict)
  }

  @Test("is the reverse the other way round", arguments: table)
  func antisymmetric(row: Row) {
    let reverse: Precedence.Verdict =
      switch row.verdict {
      case .replaces: .loses
      case .loses: .replaces
      case .isStored: .isStored
      }
    #expect(Precedence.verdict(on: row.stored, against: row.incoming) == reverse)
  }
}
