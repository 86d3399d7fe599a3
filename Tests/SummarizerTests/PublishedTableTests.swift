import HighlightsProtocol
import Kafka
import Testing

@testable import Summarizer

@Suite("The table of published highlights")
struct PublishedTableTests {
  private let first = TopicPartition(topic: "search.queries", partition: 0)
  private let second = TopicPartition(topic: "search.queries", partition: 1)

  @Test("keeps no more than its capacity of a partition; the oldest go first")
  func capacity() {
    let table = PublishedTable(capacity: 3)
    for number in 0..<5 { table.record(key(number), entry(number), of: first) }
    table.record(key(9), entry(9), of: second)
    #expect(
      (0..<5).map { table.entry(key($0), of: first) != nil } == [false, false, true, true, true])
    #expect(table.entry(key(9), of: second) == entry(9))
  }

  @Test("replaces an entry without dropping another")
  func replaced() {
    let table = PublishedTable(capacity: 2)
    table.record(key(0), entry(0), of: first)
    table.record(key(1), entry(1), of: first)
    for number in 2..<10 { table.record(key(1), entry(number), of: first) }
    #expect(table.entry(key(0), of: first) == entry(0))
    #expect(table.entry(key(1), of: first) == entry(9))
  }

  @Test("forgets a partition that has left, and no other")
  func forgets() {
    let table = PublishedTable()
    table.record(key(0), entry(0), of: first)
    table.record(key(0), entry(1), of: second)
    table.forget([first])
    #expect(table.entry(key(0), of: first) == nil)
    #expect(table.entry(key(0), of: second) == entry(1))
  }

  @Test("tells variants apart")
  func variants() {
    let table = PublishedTable()
    table.record(key(0), entry(0), of: first)
    #expect(table.entry(.init(key: "0", variant: "b"), of: first) == nil)
  }

  private func key(_ number: Int) -> PublishedTable.Key { .init(key: "\(number)", variant: "") }

  private func entry(_ number: Int) -> PublishedTable.Entry {
    .init(
      generatedAt: UnixTime(milliseconds: Int64(number)),
      freshUntil: UnixTime(milliseconds: Int64(number) + 1))
  }
}
