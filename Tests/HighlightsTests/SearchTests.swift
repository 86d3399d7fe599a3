import Highlights
import HighlightsProtocol
import SwiftProtobuf
import Testing

@Suite struct SearchTests {
  @Test("A valid search is read once, with its key")
  func valid() throws {
    let wire = SearchQuery.with {
      $0.text = "  How to\u{7}fold "
      $0.locale = "EN-us"
      $0.videos = [Samples.sheet]
      $0.requestedAt.seconds = 1
      $0.deadline.seconds = .max
    }
    let search = try Search(wire, fallbackID: "search.queries-3-42")
    #expect(search.id == "search.queries-3-42")
    #expect(search.text == "How to fold")
    #expect(search.normalizedText.description == "how to fold")
    #expect(search.locale.description == "en-US")
    #expect(search.requestedAt == UnixTime(milliseconds: 1_000))
    #expect(search.deadline == .latest)
    #expect(try Samples.search([]).id == "q1")
  }

  @Test("The key is the documented hash")
  func key() throws {
    // printf 'how to fold\037en-US' | sha256sum | cut -c1-32
    let key = HighlightKey(
      text: try NormalizedText(" How  to FOLD"), locale: try LanguageTag("en-us"))
    #expect(key.description == "ef8d6b5bceb97a3c6a9087750a9819f8")
    #expect(key.bytes == Array(key.description.utf8))
    #expect(HighlightKey(key.description) == key)
    #expect(HighlightKey(key.description.uppercased()) == nil)
    #expect(HighlightKey("abc") == nil)
    let other = HighlightKey(text: try NormalizedText("how to fold"), locale: .undetermined)
    #expect(other != key)
  }

  static let rejections: [(SearchQuery, SearchRejection, String)] = [
    (.with { $0.text = " \u{0} " }, .emptyText, "empty_text"),
    (
      .with { $0.text = String(repeating: "a", count: 1_001) },
      .textTooLong(count: 1_001, allowed: 1_000), "text_too_long"
    ),
    (with { $0.locale = "en_US" }, .invalidLocale("en_US"), "invalid_locale"),
    (
      with { $0.videos = (0...10).map { Samples.video("\($0)", []) } },
      .tooManyVideos(count: 11, allowed: 10), "too_many_videos"
    ),
    (
      with { $0.videos = [Samples.video("a", ["1", "2"]), Samples.video("b", ["1", "2"])] },
      .tooManySegments(count: 4, allowed: 3), "too_many_segments"
    ),
    (
      with { $0.queryID = String(repeating: "é", count: 200) },
      .queryIDTooLong(count: 400, allowed: 256), "query_id_too_long"
    ),
    (
      with { $0.videos = [Samples.video("a", []), Samples.video("", [])] },
      .emptyVideoID(position: 2), "empty_video_id"
    ),
    (
      with { $0.videos = [Samples.video(String(repeating: "a", count: 257), [])] },
      .videoIDTooLong(position: 1, count: 257, allowed: 256), "video_id_too_long"
    ),
    (
      with { $0.videos = [Samples.video("a", []), Samples.video("a", [])] },
      .duplicateVideoID("a"), "duplicate_video_id"
    ),
    (
      with {
        $0.videos = [Samples.video("a", ["x", "y"])]
        $0.videos[0].segments[1].endMs = 3
      },
      .segmentTimesReversed(video: "a", segment: 1, startMs: 1_000, endMs: 3),
      "segment_times_reversed"
    ),
  ]

  private static func with(_ change: (inout SearchQuery) -> Void) -> SearchQuery {
    var query = SearchQuery.with { $0.text = "x" }
    change(&query)
    return query
  }

  @Test("What can never work is rejected with a stable word", arguments: rejections)
  func rejected(query: SearchQuery, expected: SearchRejection, reason: String) {
    let error = #expect(throws: SearchRejection.self) {
      try Search(query, fallbackID: "f", limits: SearchLimits(videos: 10, segments: 3))
    }
    #expect(error == expected)
    #expect(expected.reason == reason)
    #expect(!expected.description.isEmpty)
  }

  @Test(
    "Strings that break naive programs become a search or a rejection",
    .enabled(
      if: SharedData.has("hostile/strings.jsonl"), "needs ../shared/data/hostile/strings.jsonl"))
  func hostile() throws {
    let texts = try SharedData.texts("hostile/strings.jsonl")
    #expect(texts.count > 400)
    var accepted = 0
    for text in texts {
      let video = Samples.video("a", title: text, [text])
      do {
        let search = try Samples.search([video], for: text)
        let prompt = Prompt(.highlight, search, Evidence(search))
        #expect(HighlightKey(search.key.description) == search.key)
        // As bytes: a text may begin with a combining mark, which Swift joins to the ">".
        #expect(prompt.user.utf8.starts(with: "<search-".utf8))
        #expect(prompt.user.split(separator: "\n").last?.hasPrefix("</videos-") == true)
        accepted += 1
      } catch {
        #expect(error is SearchRejection)
      }
      _ = try? LanguageTag(text)
      _ = Verifier().verify(content: text, against: Evidence(try Samples.search([video])))
    }
    #expect(accepted > 400)
  }
}
