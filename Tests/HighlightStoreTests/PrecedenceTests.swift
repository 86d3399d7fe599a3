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
    epoch: UInt32 = 0
  ) -> HighlightVersion {
    HighlightVersion(
      withdrawalEpoch: epoch, generatedAt: UnixTime(seconds: seconds),
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
        withdrawalEpoch: 0, generatedAt: UnixTime(milliseconds: 1_001),
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
      incoming: version(1, offset: 1, epoch: 1), stored: version(2), verdict: .replaces),
    Row(
      testDescription: "a newer answer loses to a withdrawal",
      incoming: version(2, offset: 9), stored: version(1, epoch: 1), verdict: .loses),
    Row(
      testDescription: "a newer withdrawal replaces a withdrawal",
      incoming: version(2, epoch: 1), stored: version(1, epoch: 1),
      verdict: .replaces),
    Row(
      testDescription: "what was written once it was lifted replaces a newer withdrawal",
      incoming: version(1, offset: 1, epoch: 2), stored: version(2, epoch: 1), verdict: .replaces),
    Row(
      testDescription: "a newer answer of an earlier epoch loses",
      incoming: version(9, offset: 9), stored: version(1, epoch: 2), verdict: .loses),
    Row(
      testDescription: "a withdrawal that was lifted loses, however new",
      incoming: version(9, offset: 9, epoch: 1), stored: version(1, epoch: 4), verdict: .loses),
    Row(
      testDescription: "within an epoch the newer replaces",
      incoming: version(2, offset: 1, epoch: 4), stored: version(1, epoch: 4), verdict: .replaces),
    Row(
      testDescription: "epochs are numbers without a sign",
      incoming: version(1, epoch: .max), stored: version(2, epoch: 2), verdict: .replaces),
  ]

  @Test(
    "counts a withdrawal as odd and everything else as even, whatever epoch it bears",
    arguments: [
      (Highlight.Status.withdrawn, UInt32(0), UInt32(1)), (.withdrawn, 1, 1), (.withdrawn, 2, 3),
      (.withdrawn, .max, .max), (.answered, 0, 0), (.answered, 1, 0), (.noAnswer, 2, 2),
      (.noAnswer, 3, 2), (.filtered, .max, .max - 1),
    ])
  func epochs(status: Highlight.Status, epoch: UInt32, counts: UInt32) {
    var highlight = Highlight()
    highlight.status = status
    highlight.withdrawalEpoch = epoch
    #expect(HighlightVersion.withdrawalEpoch(of: highlight) == counts)
    #expect(Self.version(1, epoch: counts).isWithdrawn == (status == .withdrawn))
  }

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
