import Foundation
import HighlightsProtocol
import Testing

@testable import HighlightsCommand
@testable import Replay

@Suite("Replays as they are shown")
struct ReplayReportTests {
  private static var job: ReplayJobState {
    var job = ReplayJobState()
    (job.id, job.actor, job.status, job.reason) = ("r-1", "ada", .paused, "bob: lunch")
    job.createdAt = UnixTime(milliseconds: 0).timestamp
    job.updatedAt = UnixTime(milliseconds: 1_500).timestamp
    (job.spec.topic, job.spec.target) = ("search.queries", "search.queries.backfill")
    (job.spec.order, job.spec.forceRefresh, job.spec.variant) = (.traffic, true, "v2")
    job.spec.filters.locale = "th"
    job.spec.filters.model = "m\u{1b}[2J"
    job.ranges = ([(10, 30), (5, 5), (0, 7)] as [(Int64, Int64)]).map { begin, end in
      var range = ReplayRange()
      (range.begin, range.end) = (begin, end)
      return range
    }
    job.counts.read = 27
    job.counts.matched = 20
    job.counts.keys = 8
    job.counts.published = 5
    job.counts.truncated = 1
    (job.costMicros, job.currency, job.runs) = (1_250_000, "USD", 2)
    return job
  }

  @Test("say who, when, what, from where to where, and how far, without control characters")
  func lines() {
    #expect(
      ReplayReport(jobs: [Self.job]).lines == [
        "r-1  paused (bob: lunch)",
        "  by ada at 1970-01-01T00:00:00.000Z, last heard of at 1970-01-01T00:00:01.500Z",
        "  search.queries → search.queries.backfill: the latest of each key, 27 offsets, locale th, "
          + "model m [2J, by traffic, force_refresh, variant v2",
        "  27 read, 20 matched, 8 keys, 5 published, 1 cut, 1.250000 USD",
      ])
    #expect(ReplayReport(jobs: []).lines == ["no replays"])
  }

  @Test("are one object for machines; without a currency nothing is said of a cost")
  func json() throws {
    var unpriced = Self.job
    (unpriced.currency, unpriced.spec.target, unpriced.spec.store) = ("", "", "file.sqlite")
    let text = try ReplayReport(jobs: [Self.job, unpriced]).json()
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: [[String: Any]]])
    let rows = try #require(object["replays"])
    #expect(rows.map { $0["cost_micros"] as? Int } == [1_250_000, nil])
    #expect(rows.map { $0["target"] as? String } == ["search.queries.backfill", "file.sqlite"])
    #expect(rows[0]["published"] as? Int == 5 && rows[0]["runs"] as? Int == 2)
    #expect(rows[0]["status"] as? String == "paused")
  }
}

@Suite("Differences of variants as they are shown")
struct VariantDiffReportTests {
  private static var diff: VariantDiff {
    var diff = VariantDiff([:], [:])
    (diff.first.answered, diff.first.sentences, diff.first.citations) = (6, 14, 20)
    (diff.second.answered, diff.second.sentences, diff.second.citations) = (9, 25, 30)
    diff.first.costMicros = ["USD": 1_000_000, "EUR": 20]
    (diff.onlyFirst, diff.onlySecond) = (3, 0)
    diff.counts = [.notThenAnswered: 4, .answeredThenNot: 1, .same: 5]
    return diff
  }

  @Test("say for each side what it has, what is declined being the rest, and what changed")
  func lines() {
    let report = VariantDiffReport(diff: Self.diff, names: ["default", "v2"])
    #expect(
      report.lines == [
        "keys in both: 10",
        "                                      default          v2",
        "answered                                    6           9",
        "declined                                    4           1",
        "sentences                                  14          25",
        "citations                                  20          30",
        "cost              0.000020 EUR + 1.000000 USD  none known",
        "in this one only                            3           0", "",
        "1  answered → not", "4  not → answered", "5  same",
      ])
  }

  @Test("are one object for machines, with each kind of change, also of none")
  func json() throws {
    let text = try VariantDiffReport(diff: Self.diff, names: ["default", "v2"]).json()
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    let sides = try #require(object["sides"] as? [[String: Any]])
    #expect(object["both"] as? Int == 10)
    #expect(sides.map { $0["declined"] as? Int } == [4, 1])
    #expect(sides.map { $0["only"] as? Int } == [3, 0])
    let changes = try #require(object["changes"] as? [[String: Any]])
    #expect(changes.map { $0["keys"] as? Int } == [1, 4, 0, 0, 0, 5])
  }
}
