import HighlightsProtocol
import SwiftProtobuf
import TestSupport
import Testing

@testable import LookupService

@Suite("Look-up desk")
struct LookupDeskTests {
  private func lookUp(
    _ desk: LookupDesk, _ text: String = "ramen", wait: Duration = .zero
  ) async throws -> LookupReply {
    try await desk.lookUp(
      LookupRequest.search(text, locale: ""), variant: nil, wait: wait)
  }

  @Test("a thousand look-ups at once of one missing key publish one search and all see its answer")
  func thousand() async throws {
    let bench = Bench()
    let desk = bench.desk()
    let answer = try highlight()
    let statuses = try await withThrowingTaskGroup(of: Highlight.Status?.self) { group in
      for _ in 0..<1_000 {
        group.addTask {
          guard case .highlight(let found, _) = try await lookUp(desk, wait: .seconds(600)) else {
            return nil
          }
          return found.status
        }
      }
      try await poll("everyone to wait", limit: .seconds(180)) { desk.statistics.waiters == 1_000 }
      try await poll("the search", limit: .seconds(180)) { !bench.queue.published.isEmpty }
      desk.highlightPublished(answer, variant: "")
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(statuses == Array(repeating: .answered, count: 1_000))
    #expect(bench.queue.published.count == 1)
    #expect(desk.statistics.waiters == 0)
    #expect(desk.statistics.pendingSearches == 0)
  }

  @Test("look-ups at once of one key read the store once, and then not at all")
  func sharedReading() async throws {
    let bench = Bench()
    let desk = bench.desk()
    bench.store.put(try highlight())
    for _ in 0..<50 { _ = try await lookUp(desk) }
    #expect(bench.store.reads == 1)
    bench.clock.move(by: .seconds(61))
    _ = try await lookUp(desk)
    #expect(bench.store.reads == 2)
  }

  @Test(
    "those who wait learn that a search ended unchanged from what the store has",
    arguments: [Outcome.Result.answered, .unchanged, .noAnswer])
  func ended(_ result: Outcome.Result) async throws {
    let bench = Bench()
    let desk = bench.desk()
    bench.queue.onPublish { _ in
      guard let late = try? highlight(), let end = try? outcome("ramen", result) else { return }
      bench.store.put(late)
      desk.searchEnded(end)
    }
    guard case .highlight = try await lookUp(desk, wait: .seconds(600)) else {
      Issue.record("no highlight")
      return
    }
  }

  @Test("a dead search fails those who wait, and rests before it is published again")
  func dead() async throws {
    let bench = Bench()
    let desk = bench.desk()
    bench.queue.onPublish { _ in
      if let end = try? outcome("ramen", .dead, reason: "gateway_refused") { desk.searchEnded(end) }
    }
    let failed = APIError.failed(reason: "gateway_refused", retryAfter: .seconds(30))
    await #expect(throws: failed) { try await lookUp(desk, wait: .seconds(600)) }
    await #expect(throws: failed) { try await lookUp(desk) }
    #expect(bench.queue.published.count == 1)
    bench.clock.move(by: .seconds(30))
    _ = try await lookUp(desk)
    #expect(bench.queue.published.count == 2)
  }

  @Test("an expired outcome is of somebody else's search")
  func expired() async throws {
    let bench = Bench()
    let desk = bench.desk()
    _ = try await lookUp(desk)
    desk.searchEnded(try outcome("ramen", .expired))
    _ = try await lookUp(desk)
    #expect(bench.queue.published.count == 1)
  }

  @Test("a search that cannot be published is published by the next look-up")
  func publishFails() async throws {
    let bench = Bench()
    let desk = bench.desk()
    bench.queue.fail()
    await #expect(throws: APIError.notPublished) { try await lookUp(desk) }
    bench.queue.fail(false)
    _ = try await lookUp(desk)
    #expect(bench.queue.published.count == 1)
  }

  @Test("a stale hit is served, and one refresh is published")
  func stale() async throws {
    let bench = Bench()
    let desk = bench.desk()
    bench.store.put(try highlight(age: .seconds(7_200)))
    let refreshing = Task { await desk.runRefreshes() }
    for _ in 0..<20 {
      guard case .highlight(_, .stale) = try await lookUp(desk) else {
        Issue.record("not stale")
        return
      }
    }
    try await poll("the refresh", limit: .seconds(180)) { !bench.queue.published.isEmpty }
    desk.highlightPublished(try highlight(), variant: "")
    guard case .highlight(_, .fresh) = try await lookUp(desk) else {
      Issue.record("not fresh")
      return
    }
    desk.stop()
    await refreshing.value
    #expect(bench.queue.published.map(\.text) == ["ramen"])
  }

  @Test("a search that ended has the store asked again, before its time in memory is over")
  func endedReadsAgain() async throws {
    let bench = Bench()
    let desk = bench.desk()
    bench.store.put(try highlight(age: .seconds(7_200)))
    _ = try await lookUp(desk)
    bench.store.put(try highlight())
    desk.searchEnded(try outcome("ramen", .unchanged))
    guard case .highlight(_, .fresh) = try await lookUp(desk) else {
      Issue.record("not fresh")
      return
    }
  }

  @Test("a search that could not be published does not use up the limit on new keys")
  func givenBack() async throws {
    let bench = Bench { $0.limits.newKeys = Rate(perMinute: 1, burst: 1) }
    let desk = bench.desk()
    bench.queue.fail()
    await #expect(throws: APIError.notPublished) { try await lookUp(desk) }
    bench.queue.fail(false)
    _ = try await lookUp(desk)
    #expect(bench.queue.published.count == 1)
  }

  @Test("an expired highlight is missing, and a no answer is asked again after its own life")
  func lives() async throws {
    let bench = Bench()
    let desk = bench.desk()
    var short = try highlight(status: .noAnswer, reason: "not_in_videos")
    short.expiresAt = HandClock.start.advanced(byMilliseconds: 600_000).timestamp
    short.freshUntil = short.expiresAt
    desk.highlightPublished(short, variant: "")
    bench.store.put(short)
    guard case .highlight = try await lookUp(desk) else {
      Issue.record("missing")
      return
    }
    bench.clock.move(by: .seconds(600))
    guard case .queued = try await lookUp(desk) else {
      Issue.record("not missing")
      return
    }
  }

  @Test("what is in memory is served while the store cannot be read")
  func storeFails() async throws {
    let bench = Bench()
    let desk = bench.desk()
    bench.store.put(try highlight())
    _ = try await lookUp(desk)
    bench.store.fail()
    bench.clock.move(by: .seconds(120))
    guard case .highlight = try await lookUp(desk) else {
      Issue.record("not served")
      return
    }
    await #expect(throws: APIError.self) { try await lookUp(desk, "soba") }
    #expect(bench.queue.published.isEmpty)
  }

  @Test("the feed replaces what is in memory by what is newer only, and of a higher epoch first")
  func feed() async throws {
    let bench = Bench()
    let desk = bench.desk()
    func served() async throws -> String {
      guard case .highlight(let found, _) = try await lookUp(desk) else { return "" }
      return found.isWithdrawn ? "withdrawn" : "\(found.times.generatedAt)"
    }
    bench.store.put(try highlight(age: .seconds(60)))
    let old = try await served()
    desk.highlightPublished(try highlight(age: .seconds(90)), variant: "")
    #expect(try await served() == old)
    desk.highlightPublished(try highlight(), variant: "")
    let new = try await served()
    #expect(new != old)
    bench.clock.move(by: .seconds(61))
    // The store is behind: what came by stays.
    #expect(try await served() == new)
    desk.highlightPublished(
      try highlight(status: .withdrawn, age: .seconds(300)), variant: "")
    #expect(try await served() == "withdrawn")
    desk.highlightPublished(try highlight(now: bench.clock.now), variant: "")
    #expect(try await served() == "withdrawn")
    // Neither is what the store has of the time before.
    bench.store.put(try highlight(now: bench.clock.now))
    bench.clock.move(by: .seconds(61))
    #expect(try await served() == "withdrawn")
    // The store has it lifted.
    bench.store.put(try highlight(age: .seconds(400), epoch: 2))
    bench.clock.move(by: .seconds(61))
    #expect(try await served() != "withdrawn")
    // What a worker wrote that had not heard of that.
    let lifted = try await served()
    desk.highlightPublished(try highlight(now: bench.clock.now, epoch: 1), variant: "")
    #expect(try await served() == lifted)
  }

  @Test("highlights that nobody looked up are not kept, and memory stays within its bound")
  func bounded() async throws {
    let bench = Bench { $0.limits.cacheBytes = 20_000 }
    let desk = bench.desk()
    for number in 0..<100 {
      let text = "soba \(number)"
      desk.highlightPublished(try highlight(text), variant: "")
      #expect(desk.statistics.cached == min(number, desk.statistics.cached))
      bench.store.put(try highlight("ramen \(number)"))
      _ = try await lookUp(desk, "ramen \(number)")
      #expect(desk.statistics.cachedBytes <= 20_000)
    }
    #expect((2..<60).contains(desk.statistics.cached))
  }

  @Test("the live variant decides what is read and written; a named one is read only")
  func variants() async throws {
    let bench = Bench()
    let desk = bench.desk()
    bench.store.put(try highlight(), variant: "next")
    guard case .queued = try await lookUp(desk) else {
      Issue.record("found in the default variant")
      return
    }
    let search = try LookupRequest.search("ramen", locale: "")
    guard case .highlight = try await desk.lookUp(search, variant: "next", wait: .zero) else {
      Issue.record("missing in the variant")
      return
    }
    await #expect(throws: APIError.notInVariant("other")) {
      try await desk.lookUp(search, variant: "other", wait: .zero)
    }
    desk.use(LookupSwitches(liveVariant: "next"))
    guard case .highlight = try await lookUp(desk) else {
      Issue.record("missing in the live variant")
      return
    }
    #expect(bench.queue.published.count == 1)
  }

  @Test("new keys beyond the limit over all clients are refused, those that wait already are not")
  func newKeys() async throws {
    let bench = Bench { $0.limits.newKeys = Rate(perMinute: 60, burst: 2) }
    let desk = bench.desk()
    _ = try await lookUp(desk, "a")
    _ = try await lookUp(desk, "b")
    _ = try await lookUp(desk, "a")
    await #expect(throws: APIError.tooManyNewSearches(retryAfter: .seconds(1))) {
      try await lookUp(desk, "c")
    }
    bench.clock.move(by: .seconds(1))
    _ = try await lookUp(desk, "c")
    #expect(bench.queue.published.map(\.text) == ["a", "b", "c"])
  }

  @Test("as many searches are pending as may be, until what nobody waits for is old")
  func fullTable() async throws {
    let bench = Bench {
      $0.limits.pendingSearches = 1
      $0.limits.newKeys = Rate(perMinute: 1, burst: 2)
    }
    let desk = bench.desk()
    _ = try await lookUp(desk, "a")
    let full = APIError.unavailable("Too many searches are pending.", retryAfter: .seconds(5))
    await #expect(throws: full) { try await lookUp(desk, "b") }
    bench.clock.move(by: .seconds(60))
    _ = try await lookUp(desk, "b")
    #expect(bench.queue.published.map(\.text) == ["a", "b"])
    #expect(desk.statistics.pendingSearches == 1)
  }

  @Test("a refresh beyond the limit on new keys is put off, and what is stale is served")
  func refreshLimit() async throws {
    let bench = Bench { $0.limits.newKeys = Rate(perMinute: 60, burst: 1) }
    let desk = bench.desk()
    bench.store.put(try highlight(age: .seconds(7_200)))
    _ = try await lookUp(desk, "new")
    _ = try await lookUp(desk)
    #expect(desk.statistics.pendingSearches == 1)
    bench.clock.move(by: .seconds(1))
    _ = try await lookUp(desk)
    #expect(desk.statistics.pendingSearches == 2)
  }

  @Test("as many wait as may, the others are answered at once")
  func waiters() async throws {
    let bench = Bench { $0.limits.waiters = 1 }
    let desk = bench.desk()
    let first = Task { try await lookUp(desk, wait: .seconds(600)) }
    try await poll("the first to wait", limit: .seconds(180)) { desk.statistics.waiters == 1 }
    guard
      case .queued = try await within(
        .seconds(180), "the second look-up",
        {
          try await lookUp(desk, wait: .seconds(600))
        })
    else {
      Issue.record("answered")
      return
    }
    desk.stop()
    guard case .queued = try await first.value else {
      Issue.record("answered")
      return
    }
  }

  @Test("a published search has an id of its own, its time and the videos found for it")
  func published() async throws {
    let video = Video.with { $0.id = "v-1" }
    let bench = Bench(videos: FixedVideos(found: [video]))
    let desk = bench.desk()
    _ = try await lookUp(desk, "  a   b ")
    _ = try await lookUp(desk, "c")
    let published = bench.queue.published
    #expect(published.map(\.text) == ["a b", "c"])
    #expect(Set(published.map(\.queryID)).count == 2)
    #expect(published.allSatisfy { !$0.queryID.isEmpty && !$0.hasDeadline })
    #expect(published[0].videos == [video])
    #expect(UnixTime(published[0].requestedAt) == HandClock.start)
  }

  @Test("a search whose videos cannot be found is not published without them")
  func noVideos() async throws {
    let bench = Bench(videos: FixedVideos(isFailing: true))
    let desk = bench.desk()
    await #expect(throws: APIError.notPublished) { try await lookUp(desk) }
    #expect(bench.queue.published.isEmpty)
  }
}
