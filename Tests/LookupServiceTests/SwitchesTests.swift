import HighlightsProtocol
import SwiftProtobuf
import TestSupport
import Testing

@testable import LookupService

@Suite("What operators switch")
struct SwitchesTests {
  private func lookUp(
    _ desk: LookupDesk, _ text: String = "ramen", wait: Duration = .zero
  ) async throws -> String {
    let search = try LookupRequest.search(text, locale: "")
    switch try await desk.lookUp(search, variant: nil, wait: wait) {
    case .highlight(let found, _): return found.isWithdrawn ? "withdrawn" : "\(found.status)"
    case .queued: return "queued"
    }
  }

  @Test("those who wait for what is withdrawn are told, and no search is published for it")
  func waiting() async throws {
    let bench = Bench()
    let desk = bench.desk()
    let waiting = Task { try await lookUp(desk, wait: .seconds(600)) }
    try await poll("the look-up to wait", limit: .seconds(180)) {
      desk.statistics.waiters == 1 && !bench.queue.published.isEmpty
    }
    let expected = try key("ramen")
    desk.use(LookupSwitches(epochs: [expected: 1]))
    let told = try await within(.seconds(180), "the look-up") { try await waiting.value }
    #expect(told == "withdrawn")
    #expect(try await lookUp(desk) == "withdrawn")
    bench.clock.move(by: .seconds(3_600))
    #expect(try await lookUp(desk) == "withdrawn")
    await #expect(throws: APIError.withdrawn(reason: "withdrawn")) {
      try await desk.publishOnce(LookupRequest.search("ramen", locale: ""))
    }
    #expect(bench.queue.published.count == 1)
  }

  @Test("what is withdrawn is so also while the store cannot be read")
  func storeFails() async throws {
    let bench = Bench()
    let desk = bench.desk()
    bench.store.fail()
    await #expect(throws: APIError.self) { try await lookUp(desk) }
    desk.use(LookupSwitches(epochs: [try key("ramen"): 3]))
    #expect(try await lookUp(desk) == "withdrawn")
  }

  @Test("a refresh that waits to be published is not, once its highlight is withdrawn")
  func refresh() async throws {
    let bench = Bench()
    let desk = bench.desk()
    bench.store.put(try highlight(age: .seconds(7_200)))
    bench.store.put(try highlight("soba", age: .seconds(7_200)))
    #expect(try await lookUp(desk) == "answered")
    #expect(try await lookUp(desk, "soba") == "answered")
    desk.use(LookupSwitches(epochs: [try key("ramen"): 1]))
    let refreshing = Task { await desk.runRefreshes() }
    try await poll("the other refresh", limit: .seconds(180)) { !bench.queue.published.isEmpty }
    desk.stop()
    await refreshing.value
    #expect(bench.queue.published.map(\.text) == ["soba"])
  }

  @Test("a highlight of before the withdrawal ends no waiting, nor does the mark of its end")
  func late() async throws {
    let bench = Bench()
    let desk = bench.desk()
    let expected = try key("ramen")
    desk.use(LookupSwitches(epochs: [expected: 2]))
    let waiting = Task { try await lookUp(desk, wait: .seconds(600)) }
    try await poll("the look-up to wait", limit: .seconds(180)) {
      desk.statistics.waiters == 1 && !bench.queue.published.isEmpty
    }
    desk.highlightPublished(try highlight(), variant: "")
    desk.highlightPublished(
      try highlight(status: .noAnswer, reason: "restored", epoch: 2), variant: "")
    #expect(desk.statistics.waiters == 1)
    // Its search has not ended for that.
    #expect(try await lookUp(desk) == "queued")
    #expect(bench.queue.published.count == 1)
    desk.highlightPublished(
      try highlight(status: .filtered, reason: "content_filter", epoch: 2), variant: "")
    let told = try await within(.seconds(180), "the look-up") { try await waiting.value }
    #expect(told == "filtered")
  }

  @Test("while the store has what was written before the withdrawal only, one search is published")
  func behind() async throws {
    let bench = Bench()
    let desk = bench.desk()
    bench.store.put(try highlight())
    #expect(try await lookUp(desk) == "answered")
    desk.use(LookupSwitches(epochs: [try key("ramen"): 2]))
    for _ in 0..<3 { #expect(try await lookUp(desk) == "queued") }
    #expect(bench.queue.published.count == 1)
    bench.store.put(try highlight(epoch: 2))
    #expect(try await lookUp(desk) == "answered")
  }

  @Test("where a withdrawal was lifted the next look-up has the highlight written anew")
  func lifted() async throws {
    let bench = Bench()
    let desk = bench.desk()
    bench.store.put(try highlight(status: .noAnswer, reason: "restored", epoch: 2))
    #expect(try await lookUp(desk) == "queued")
    #expect(bench.queue.published.count == 1)
  }

  @Test("what another variant is live for is published again, and read there")
  func variant() async throws {
    let bench = Bench()
    let desk = bench.desk()
    #expect(try await lookUp(desk) == "queued")
    #expect(try await lookUp(desk) == "queued")
    #expect(bench.queue.published.count == 1)
    desk.use(LookupSwitches(liveVariant: "next"))
    #expect(try await lookUp(desk) == "queued")
    #expect(bench.queue.published.count == 2)
    // A search that died in another variant is not the one that was published here.
    desk.searchEnded(try outcome("ramen", .dead, reason: "bad"))
    #expect(try await lookUp(desk) == "queued")
    var died = try outcome("ramen", .dead, reason: "bad")
    died.variant = "next"
    desk.searchEnded(died)
    await #expect(throws: APIError.failed(reason: "bad", retryAfter: .seconds(30))) {
      try await lookUp(desk)
    }
  }
}
