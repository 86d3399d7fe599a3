import Testing

@testable import Replay

@Suite("Offset spans")
struct OffsetSpanTests {
  @Test("spans are read, with either end left out")
  func reads() throws {
    let spans = try OffsetSpan.all("0:100-200, 1:5-,2:-9,3,4:-")
    #expect(spans.map(\.partition) == [0, 1, 2, 3, 4])
    #expect(spans.map(\.begin) == [100, 5, nil, nil, nil])
    #expect(spans.map(\.end) == [200, nil, 9, nil, nil])
  }

  @Test(
    "what is no span is refused, and what is wrong is said",
    arguments: [
      "", "x", "-1", "0:", "0:5", "0:a-b", "0:-5-9", "0:1-2-3", "0:9-5", "0:5-5", "0:1-2,0:3-4",
      "0:99999999999999999999-", "1:2:3",
    ])
  func refuses(_ text: String) {
    #expect(throws: ReplayError.self, "\(text)") { try OffsetSpan.all(text) }
  }
}
