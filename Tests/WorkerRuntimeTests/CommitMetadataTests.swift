import TestSupport
import Testing
import WorkerRuntime

@Suite("Commit metadata")
struct CommitMetadataTests {
  @Test("completed offsets and a note come back as they were written")
  func roundTrip() throws {
    let completed = try #require(CompletedOffsets([12..<15, 20..<21], timestamp: 99))
    let text = CommitMetadata.text(completed: completed.text(above: 10), note: "b1;day;7;5000")
    let read = CommitMetadata(text)
    #expect(read.note == .text("b1;day;7;5000"))
    #expect(try CompletedOffsets.read(read.completed, above: 10) == completed)
  }

  @Test(
    "without a note the text is that of the completed offsets alone, as earlier versions wrote it")
  func withoutNote() throws {
    let completed = try #require(CompletedOffsets([12..<15], timestamp: 99))
    let text = completed.text(above: 10)
    #expect(CommitMetadata.text(completed: text, note: nil) == text)
    #expect(CommitMetadata(text).note == .none)
    #expect(CommitMetadata("").note == .none)
  }

  @Test("a damaged note is told from none, and does not take the completed offsets with it")
  func damaged() throws {
    let completed = try #require(CompletedOffsets([12..<15], timestamp: 99))
    let text = CommitMetadata.text(completed: completed.text(above: 10), note: "b1;day;7;5000")
    for changed in [
      text.replacing("5000", with: "5001"), text + "0", text + "|",
      text.replacing("day", with: "\u{7}"),
    ] {
      let read = CommitMetadata(changed)
      guard case .damaged = read.note else {
        Issue.record("\(changed) was read as \(read.note)")
        continue
      }
      #expect(try CompletedOffsets.read(read.completed, above: 10) == completed)
    }
  }

  @Test("the longest note fits what brokers keep beside the longest list of completed offsets")
  func fits() throws {
    // Every other offset: the runs are as many as can be, and the bitmap is full.
    let span = Int64(CompletedOffsets.maxSpan)
    let ranges = stride(from: Int64(1), to: span, by: 2).map { $0..<($0 + 1) }
    let completed = try #require(CompletedOffsets(ranges, timestamp: .max))
    let text = CommitMetadata.text(
      completed: completed.text(above: 0),
      note: String(repeating: "n", count: CommitMetadata.longestNote))
    #expect(!completed.text(above: 0).isEmpty)
    #expect(text.utf8.count <= 4_096)
  }

  @Test("whatever stands there is read without a crash")
  func fuzz() {
    print("CommitMetadata: SEED=\(SeededGenerator.seed)")
    var random = SeededGenerator(seed: SeededGenerator.seed)
    let alphabet = Array("b1;|day0123456789abcdef \u{e9}\u{0}")
    for _ in 0..<20_000 {
      let text = String((0..<random.below(40)).map { _ in alphabet[random.below(alphabet.count)] })
      let read = CommitMetadata(text)
      _ = try? CompletedOffsets.read(read.completed, above: 3)
    }
  }
}
