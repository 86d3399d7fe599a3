import HighlightsProtocol
import TestSupport
import Testing

@testable import HighlightsCommand

@Suite("The ledger of a run")
struct UpLedgerTests {
  @Test("never lets more out than its window, and always lets a run end", arguments: 0..<60)
  func window(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let windowBytes = Int.random(in: 1...4_000, using: &random)
    let windowCount = Int.random(in: 1...900, using: &random)
    var ledger = UpLedger(windowBytes: windowBytes, windowCount: windowCount)
    var waiting: [(id: String, bytes: Int)] = []
    var (published, unapplied) = (0, 0)
    for _ in 0..<3_000 {
      switch Int.random(in: 0..<8, using: &random) {
      case 0..<5:
        let bytes = Int.random(in: 1...(windowBytes + windowBytes / 4 + 1), using: &random)
        guard ledger.admits(bytes: bytes) else { continue }
        #expect(unapplied < UpLedger.storeWindow)
        let isNew = ledger.publish("\(published)", bytes: bytes)
        #expect(isNew)
        waiting.append(("\(published)", bytes))
        published += 1
        #expect(waiting.count <= windowCount)
        #expect(waiting.count == 1 || waiting.reduce(0) { $0 + $1.bytes } <= windowBytes)
      case 5, 6:
        guard let index = waiting.indices.randomElement(using: &random) else { continue }
        let isPublished = Bool.random(using: &random)
        ledger.end(outcome(waiting.remove(at: index).id, published: isPublished))
        if isPublished { unapplied += 1 }
      default:
        let count = Int.random(in: 0...unapplied, using: &random)
        ledger.apply(count)
        unapplied -= count
      }
      #expect(ledger.inFlight == waiting.count)
      #expect(ledger.isSettled == (waiting.isEmpty && unapplied == 0))
    }
    for search in waiting { ledger.end(outcome(search.id, published: false)) }
    #expect(ledger.isSettled == (unapplied == 0))
    ledger.apply(unapplied)
    #expect(ledger.isSettled)
    #expect(ledger.admits(bytes: windowBytes * 10))
    #expect(ledger.report.queries == published)
    #expect(ledger.report.ended == published)
    #expect(ledger.order.map(\.id) == (0..<published).map(String.init))
    #expect(ledger.order.allSatisfy { $0.outcome?.queryID == $0.id })
  }

  @Test("waits for the store even when no search is on its way")
  func store() {
    var ledger = UpLedger(windowBytes: 1_000, windowCount: 10)
    for number in 0..<UpLedger.storeWindow {
      #expect(ledger.admits(bytes: 1))
      _ = ledger.publish("\(number)", bytes: 1)
      ledger.end(outcome("\(number)", published: true))
    }
    #expect(!ledger.admits(bytes: 1))
    ledger.apply(1)
    #expect(ledger.admits(bytes: 1))
  }

  @Test("counts a search once, whatever is published or ends twice")
  func once() {
    var ledger = UpLedger(windowBytes: 1_000, windowCount: 10)
    let first = ledger.publish("a", bytes: 10)
    let second = ledger.publish("a", bytes: 10)
    #expect(first && !second)
    ledger.end(outcome("stranger", published: true))
    #expect(ledger.inFlight == 1)
    ledger.end(outcome("a", published: false))
    ledger.end(outcome("a", published: true))
    let third = ledger.publish("a", bytes: 10)
    #expect(!third)
    #expect(ledger.report.queries == 1)
    #expect(ledger.report.ended == 1)
    #expect(ledger.isSettled)
  }

  private func outcome(_ id: String, published: Bool) -> Outcome {
    var outcome = Outcome()
    outcome.queryID = id
    outcome.result = published ? .answered : .unchanged
    if published { outcome.publishedAt = UnixTime(milliseconds: 1).timestamp }
    return outcome
  }
}
