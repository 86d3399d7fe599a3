import BenchmarkSupport
import Highlights
import HighlightsProtocol

/// What choosing evidence and verifying a reply cost at 10 videos of 40 segments.
enum CheckingCost {
  private static let rounds = 2_000

  static func measure() throws -> [Figure] {
    let search = try Search(query(), fallbackID: "?")
    let whole = EvidenceLimits(tokens: 100_000)
    let part = EvidenceLimits(tokens: 3_000)
    let evidence = Evidence(search, limits: whole)
    let reply = reply(from: evidence)
    guard
      case .answered(let sentences) = Verifier().verify(
        reply, against: evidence, locale: search.locale
      ).verdict, sentences.count == 4
    else { throw BenchmarkError("the reply does not pass") }
    return [
      Figure(
        "verify_us",
        time { _ = Verifier().verify(reply, against: evidence, locale: search.locale) },
        .below(200)),
      Figure("select_us_all", time { _ = Evidence(search, limits: whole) }, .below(1_000)),
      Figure("select_us_part", time { _ = Evidence(search, limits: part) }, .below(1_000)),
      Figure("prompt_us", time { _ = Prompt(.highlight, search, evidence) }),
    ]
  }

  /// The median, in microseconds.
  private static func time(_ body: () -> Void) -> Double {
    var times: [Duration] = []
    for _ in 0..<rounds {
      let start = ContinuousClock.now
      body()
      times.append(.now - start)
    }
    times.sort()
    return times[rounds / 2] / .microseconds(1)
  }

  private static func reply(from evidence: Evidence) -> ModelReply {
    ModelReply(
      answerable: true,
      sentences: evidence.videos.prefix(4).map { video in
        let segments = video.segments.prefix(2)
        return ModelReply.Sentence(
          text: segments[0].text,
          citations: segments.map { .init(segment: $0.label, quote: $0.text) })
      })
  }

  private static func query() -> SearchQuery {
    let verbs = ["Fold", "Smooth", "Tuck", "Lay", "Pull", "Shake", "Press", "Roll"]
    let things = ["the sheet", "one corner", "the long side", "the other edge", "the fabric"]
    let ends = [
      "until it lies flat on the table", "with both of your hands", "and hold it for 10 seconds",
      "so that the seams meet in the middle",
    ]
    var query = SearchQuery()
    query.queryID = "q"
    query.text = "how to fold a fitted sheet"
    query.locale = "en"
    for video in 0..<10 {
      var message = Video()
      message.id = "video-\(video)"
      message.title = "Folding a fitted sheet, way \(video)"
      for index in 0..<40 {
        var segment = Segment()
        segment.startMs = UInt32(index) * 1_000
        segment.endMs = segment.startMs + 1_000
        let number = video * 40 + index
        segment.text =
          "\(verbs[number % verbs.count]) \(things[number / 3 % things.count]) "
          + "\(ends[number / 7 % ends.count]), step \(index)."
        message.segments.append(segment)
      }
      query.videos.append(message)
    }
    return query
  }
}
