import HighlightsProtocol
import SwiftProtobuf

@testable import Evaluation

/// Searches and highlights small enough to count by hand.
enum Cases {
  static func video(_ id: String, _ texts: [String]) -> Video {
    Video.with {
      $0.id = id
      $0.title = "Title of \(id)"
      $0.segments = texts.enumerated().map { index, text in
        Segment.with {
          $0.startMs = UInt32(index) * 1_000
          $0.endMs = UInt32(index + 1) * 1_000
          $0.text = text
        }
      }
    }
  }

  static let sheet = video(
    "sheet", ["Tuck one corner into the other.", "Lay it flat and smooth it.", "Roll it up."])
  static let bread = video("bread", ["Mix flour and water.", "Bake it for 40 minutes."])

  static func search(
    _ id: String, _ text: String = "how to fold a sheet", _ videos: [Video] = [sheet, bread]
  ) -> SearchQuery {
    SearchQuery.with {
      $0.queryID = id
      $0.text = text
      $0.locale = "en"
      $0.videos = videos
    }
  }

  /// A citation of a whole segment.
  static func citation(_ video: Video, _ index: Int) -> Citation {
    Citation.with {
      $0.videoID = video.id
      $0.segmentIndex = UInt32(index)
      $0.startMs = video.segments[index].startMs
      $0.endMs = video.segments[index].endMs
      $0.quote = video.segments[index].text
    }
  }

  static func sentence(_ text: String, _ citations: [Citation]) -> Sentence {
    Sentence.with {
      $0.text = text
      $0.kind = .grounded
      $0.citations = citations
    }
  }

  /// Answered with one sentence for each segment.
  static func answered(_ segments: [(Video, Int)]) -> Highlight {
    Highlight.with {
      $0.status = .answered
      $0.sentences = segments.map { video, index in
        sentence(video.segments[index].text, [citation(video, index)])
      }
    }
  }

  static func ended(_ status: Highlight.Status, _ reason: String) -> Highlight {
    Highlight.with {
      $0.status = status
      $0.reason = reason
    }
  }

  static let gold = GoldSet([
    GoldAnswer(queryID: "q1", answerable: true, videoID: "sheet", segments: [0, 1]),
    GoldAnswer(queryID: "q2", answerable: true, videoID: "sheet", segments: [0]),
    GoldAnswer(queryID: "q3", answerable: false),
    GoldAnswer(queryID: "q4", answerable: false),
    GoldAnswer(queryID: "q5", answerable: true, videoID: "bread", segments: [1]),
    GoldAnswer(queryID: "q6", answerable: false),
  ])

  /// One of each: answered and declined, rightly and wrongly; failed; filtered.
  static var run: [EvaluatedSearch] {
    [
      EvaluatedSearch(
        search: search("q1"), ending: .published(answered([(sheet, 0), (sheet, 2)])),
        written: .count(3), flaggedSegments: 1, latency: .milliseconds(100), inputTokens: 100,
        outputTokens: 10, costMicros: 7, currency: "USD"),
      EvaluatedSearch(
        search: search("q2"), ending: .published(ended(.noAnswer, "not_in_videos")),
        latency: .milliseconds(200), inputTokens: 50, costMicros: 3, currency: "USD"),
      EvaluatedSearch(
        search: search("q3"), ending: .published(answered([(bread, 0)])), written: .count(1),
        latency: .milliseconds(300), costMicros: 5, currency: "EUR"),
      EvaluatedSearch(
        search: search("q4"), ending: .published(ended(.noAnswer, "not_in_videos")),
        flaggedSegments: 2, latency: .milliseconds(400)),
      EvaluatedSearch(
        search: search("q5"), ending: .failed(reason: "gateway_down"), latency: .milliseconds(500)),
      EvaluatedSearch(
        search: search("q6"), ending: .published(ended(.filtered, "content_filter")),
        latency: .milliseconds(600)),
    ]
  }
}
