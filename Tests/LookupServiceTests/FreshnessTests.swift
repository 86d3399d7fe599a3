import HighlightsProtocol
import SwiftProtobuf
import Testing

@testable import LookupService

@Suite("Freshness")
struct FreshnessTests {
  private let times = HighlightTimes(
    generatedAt: UnixTime(milliseconds: 0), freshUntil: UnixTime(milliseconds: 100_000),
    expiresAt: UnixTime(milliseconds: 200_000), generation: .seconds(2))

  @Test("it is fresh, then stale, then not to be shown")
  func states() {
    let states = [0, 99_999, 100_000, 199_999, 200_000].map {
      times.freshness(at: UnixTime(milliseconds: $0))
    }
    #expect(states == [.fresh, .fresh, .stale, .stale, .expired])
  }

  @Test("a message without times is fresh until it expires, or for ever")
  func missing() throws {
    let late = UnixTime(milliseconds: 4_000_000_000_000)
    #expect(HighlightTimes(try HighlightJSON(Highlight())).freshness(at: late) == .fresh)
    let expiring = Highlight.with { $0.expiresAt = UnixTime(milliseconds: 5).timestamp }
    let times = HighlightTimes(try HighlightJSON(expiring))
    #expect(times.freshness(at: UnixTime(milliseconds: 4)) == .fresh)
    #expect(times.freshness(at: UnixTime(milliseconds: 5)) == .expired)
  }

  @Test("a stale one always wants a refresh, an expired one never")
  func stale() {
    #expect(times.wantsRefresh(at: UnixTime(milliseconds: 100_000), eagerness: 0, chance: 1))
    #expect(!times.wantsRefresh(at: UnixTime(milliseconds: 99_999), eagerness: 0, chance: 0.001))
    #expect(!times.wantsRefresh(at: UnixTime(milliseconds: 200_000), eagerness: 1, chance: 0.001))
  }

  @Test("before that, the share of look-ups that want one is that of XFetch")
  func early() {
    // 2 s before its end, with writing that takes 2 s: -ln(u) >= 1 for a share of 1/e.
    let share =
      (1...10_000).count {
        times.wantsRefresh(
          at: UnixTime(milliseconds: 98_000), eagerness: 1, chance: Double($0) / 10_000)
      }
    #expect((3_670...3_690).contains(share))
    let earlier =
      (1...10_000).count {
        times.wantsRefresh(
          at: UnixTime(milliseconds: 80_000), eagerness: 1, chance: Double($0) / 10_000)
      }
    #expect(earlier < 2)
  }
}
