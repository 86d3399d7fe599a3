import Highlights
import HighlightsProtocol
import Testing

@Suite struct EvidenceTests {
  @Test("Labels stand for the video's rank among those shown and the index as sent")
  func labels() throws {
    let evidence = Evidence(
      try Samples.search([
        Samples.video("silent", ["", "♪ ♪", " "]), Samples.video("a", ["", "one", "…", "two"]),
        Samples.sheet,
      ]))
    #expect(evidence.videos.map(\.id) == ["a", "sheet"])
    #expect(
      evidence.videos.flatMap { $0.segments.map(\.label) } == [
        "v1#1", "v1#3", "v2#0", "v2#1", "v2#2",
      ])
    let segment = try #require(evidence["v1#3"])
    #expect(segment.videoID == "a" && segment.index == 3 && segment.text == "two")
    #expect(segment.startMs == 3_000 && segment.endMs == 4_000)
    for label in ["v1#0", "v3#0", "v1#4", "", "v01#1", "V1#1"] { #expect(evidence[label] == nil) }
  }

  @Test("Nothing usable is no evidence")
  func empty() throws {
    #expect(Evidence(try Samples.search([])).isEmpty)
    #expect(Evidence(try Samples.search([Samples.video("a", ["♪"])])).isEmpty)
    #expect(Evidence(try Samples.search([Samples.sheet]), limits: .init(tokens: 0)).isEmpty)
  }

  @Test("Every video gets its turn before any gets a second, and the budget holds")
  func budget() throws {
    let texts = (0..<50).map { "segment \($0) says something useful" }
    let videos = (0..<10).map { Samples.video("v\($0)", texts) }
    let limits = EvidenceLimits(tokens: 800, videos: 5, segmentsPerTurn: 3)
    let evidence = Evidence(try Samples.search(videos), limits: limits)
    #expect(evidence.estimatedTokens <= 800 && evidence.estimatedTokens > 700)
    #expect(evidence.videos.map(\.id) == ["v0", "v1", "v2", "v3", "v4"])
    for video in evidence.videos {
      #expect(video.segments.map(\.index) == Array(0..<video.segments.count), "neighbours kept")
      #expect(video.segments.count >= 3)
    }
    let counts = evidence.videos.map(\.segments.count)
    #expect((counts.max() ?? 0) - (counts.min() ?? 0) <= limits.segmentsPerTurn)
  }

  @Test("A segment that is too long is shown, and can be quoted, up to its limit")
  func longSegment() throws {
    let text = String(repeating: "é", count: 3_000)
    let evidence = Evidence(try Samples.search([Samples.video("a", [text])]))
    #expect(evidence["v1#0"]?.text == String(repeating: "é", count: 1_000))
  }

  @Test("The fingerprint depends on what was sent, not on the ranking")
  func fingerprint() throws {
    let other = Samples.video("b", ["other"])
    func fingerprint(_ videos: [HighlightsProtocol.Video]) throws -> String {
      Evidence(try Samples.search(videos)).fingerprint
    }
    let first = try fingerprint([Samples.sheet, other])
    #expect(first.count == 64)
    #expect(try fingerprint([other, Samples.sheet]) == first)
    var changed = other
    changed.segments[0].text = "another"
    #expect(try fingerprint([Samples.sheet, changed]) != first)
    changed = other
    changed.segments[0].endMs += 1
    #expect(try fingerprint([Samples.sheet, changed]) != first)
    changed = other
    changed.id = "c"
    #expect(try fingerprint([Samples.sheet, changed]) != first)
  }

  @Test("A thousand videos of a hundred segments are read in linear time", .timeLimit(.minutes(1)))
  func large() throws {
    let texts = (0..<100).map { "fold the corner of the sheet and smooth it by hand \($0)" }
    let videos = (0..<1_000).map { Samples.video("v\($0)", texts) }
    let elapsed = try ContinuousClock().measure {
      let search = try Samples.search(videos)
      let evidence = Evidence(search, limits: EvidenceLimits(tokens: .max, videos: .max))
      #expect(evidence.videos.count == 1_000)
    }
    // Seconds in a debug build on a busy machine; a quadratic pass takes many minutes.
    #expect(elapsed < .seconds(30), "\(elapsed)")
  }
}
