import Foundation
import Highlights
import HighlightsProtocol
import SwiftProtobuf
import TestSupport
import Testing

extension UpTests {
  @Test(
    "gives real searches with transcripts highlights that cite verbatim",
    .enabled(if: SharedData.has("howto") && SharedData.has("grounding"), SharedData.absent),
    arguments: [("howto/queries.jsonl", 346), ("grounding/queries.jsonl", 275)])
  func verbatim(path: String, count: Int) async throws {
    try await Up.inFolder { up in
      let result = try await up.run(SharedData.url(path), ["--quiet"])
      #expect(result.end == .exited(0), "\(result)")
      let report = try up.numbers()
      #expect(report.queries == count)
      #expect(report.outcomes == count)
      #expect(report.dead == 0)
      #expect(report.answered > count / 2)
      let citations = UpCitations(try SearchQuery.lines(of: SharedData.url(path)))
      let stored = try up.highlights()
      #expect(Set(stored.map(\.key)) == citations.keys)
      #expect(stored.filter { $0.status == .answered }.count == report.answered)
      #expect(citations.check(stored) >= report.answered)
    }
  }

  @Test(
    "gives every search without videos no answer, in 18 languages, without a call",
    .enabled(if: SharedData.has("multilingual"), SharedData.absent))
  func multilingual() async throws {
    try await Up.inFolder { up in
      let file = SharedData.url("multilingual/queries.jsonl")
      let result = try await up.run(file, ["--quiet"])
      #expect(result.end == .exited(0), "\(result)")
      let report = try up.numbers()
      let keys = UpCitations(try SearchQuery.lines(of: file)).keys
      #expect(report.queries == 8_144)
      #expect(report.noAnswer == keys.count)
      #expect(report.unchanged == 8_144 - keys.count)
      #expect(report.llmCalls == 0)
      let stored = try up.highlights()
      #expect(Set(stored.map(\.key)) == keys)
      #expect(stored.allSatisfy { $0.status == .noAnswer && $0.reason == "no_videos" })
    }
  }

  @Test(
    "brings hostile searches and videos to an end, and prints nothing that a terminal obeys",
    .enabled(if: SharedData.has("hostile") && SharedData.has("howto"), SharedData.absent))
  func hostile() async throws {
    try await Up.inFolder { up in
      let queries = try hostileQueries()
      let file = up.folder.appending(path: "hostile.jsonl")
      try Data(try queries.map { try $0.jsonString() + "\n" }.joined().utf8).write(to: file)
      let unreadable = queries.filter { (try? Search($0, fallbackID: "?")) == nil }

      let result = try await up.run(file)
      #expect(result.end == .exited(unreadable.isEmpty ? 0 : 1), "\(result)")
      let report = try up.numbers()
      #expect(report.queries == queries.count)
      #expect(report.outcomes == queries.count)
      #expect(report.dead == unreadable.count)
      #expect(report.expired == 0)
      for query in unreadable {
        #expect(
          result.output.contains("\(query.queryID): failed: ")
            && !result.output.contains("\(query.queryID): failed: : "), "\(query.queryID)")
      }
      let citations = UpCitations(queries)
      let stored = try up.highlights()
      #expect(Set(stored.map(\.key)) == citations.keys)
      _ = citations.check(stored)
      #expect(
        result.output.unicodeScalars.allSatisfy {
          $0 == "\n" || $0.properties.generalCategory != .control
        })
    }
  }

  /// Each string as a search, and as all that a video says, beside two ordinary videos.
  private func hostileQueries() throws -> [SearchQuery] {
    let ordinary = try Array(
      SearchQuery.lines(of: SharedData.url("howto/queries.jsonl")).prefix(2)
        .compactMap(\.videos.first))
    return try SearchQuery.lines(of: SharedData.url("hostile/strings.jsonl")).enumerated()
      .map { number, line in
        var video = Video()
        video.id = "hostile"
        (video.title, video.caption, video.creator) = (line.text, line.text, line.text)
        var segment = Segment()
        (segment.startMs, segment.endMs, segment.text) = (0, 1_000, line.text)
        video.segments = [segment]
        var query = line
        query.queryID = "hostile-\(number)"
        query.locale = "en"
        query.videos = [video] + ordinary
        return query
      }
  }
}
