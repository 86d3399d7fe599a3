import Testing

@testable import GatewaySimulator

@Suite("Ledger")
struct LedgerTests {
  @Test("each second has its own counts, those without any are there as well")
  func seconds() {
    var book = LedgerBook(at: .seconds(5.5))
    book.admit(tokens: 10, at: .seconds(5.9))
    book.admit(tokens: 20, at: .seconds(7))
    book.refuse(.tokens, at: .seconds(7.5))
    let ledger = book.ledger(at: .seconds(9.25), start: 1_000)
    #expect(ledger.since == 1_005)
    #expect(ledger.elapsed == 4.25)
    #expect(ledger.seconds.map(\.second) == [0, 1, 2, 3, 4])
    #expect(ledger.seconds.map(\.admitted) == [1, 0, 1, 0, 0])
    #expect(ledger.seconds.map(\.tokens) == [10, 0, 20, 0, 0])
    #expect(ledger.seconds.map(\.refused) == [0, 0, 1, 0, 0])
    #expect(ledger.refused == ["tokens": 1])
  }

  @Test("the last hour is kept, however long nothing came")
  func bounded() {
    var book = LedgerBook(at: .zero)
    for second in [0, 1, 3_599, 3_600, 9_000] { book.admit(tokens: 1, at: .seconds(second)) }
    let ledger = book.ledger(at: .seconds(9_001), start: 0)
    #expect(ledger.seconds.count == LedgerBook.longest)
    #expect(ledger.seconds.last?.second == 9_001)
    #expect(ledger.seconds.filter { $0.admitted > 0 }.map(\.second) == [9_000])
    #expect(ledger.admitted == 5)
  }

  @Test("whatever is received is admitted, refused or failed, and usage is what was told")
  func balance() async throws {
    try await withSimulator(.init(maxRequestBytes: 2_000)) { client in
      let reply = try await client.chat("x")
      _ = try await client.post("{")
      try await client.patch(#"{"requests_per_minute":1}"#)
      _ = try await client.chat("x")
      _ = try await client.chat("x")
      try await client.patch(#"{"faults":{"500":1}}"#)
      _ = try await client.chat("x")
      let ledger = try await client.ledger()
      #expect(ledger.received == 5)
      #expect(ledger.admitted == 2)
      #expect(ledger.refused == ["invalid_request": 1, "requests": 1])
      #expect(ledger.faults == ["500": 1])
      #expect(ledger.completed == 2)
      #expect(ledger.promptTokens == (reply["usage", "prompt_tokens"] as? Int).map { 2 * $0 })
      #expect(
        ledger.completionTokens == (reply["usage", "completion_tokens"] as? Int).map { 2 * $0 })
      #expect(ledger.admittedTokens == ledger.promptTokens + ledger.completionTokens)
      #expect(ledger.seconds.reduce(0) { $0 + $1.admitted } == 2)
      #expect(ledger.seconds.reduce(0) { $0 + $1.refused } == 2)
    }
  }

  @Test("a reset begins anew and changes no limit")
  func reset() async throws {
    try await withSimulator { client in
      try await client.patch(#"{"requests_per_minute":1}"#)
      _ = try await client.chat("x")
      #expect(try await client.post("", to: "/admin/ledger/reset").status == 200)
      let ledger = try await client.ledger()
      #expect(ledger.received == 0)
      #expect(ledger.admitted == 0)
      #expect(ledger.seconds.allSatisfy { $0.admitted == 0 })
      #expect(try await client.chat("x").status == 429)
    }
  }
}
