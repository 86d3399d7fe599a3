import Highlights
import HighlightsProtocol
import SwiftProtobuf

/// Searches to test with.
enum Samples {
  static func video(_ id: String, title: String = "Title", _ texts: [String]) -> Video {
    Video.with {
      $0.id = id
      $0.title = title
      $0.creator = "maria"
      $0.durationMs = 60_000
      $0.segments = texts.enumerated().map { index, text in
        Segment.with {
          $0.startMs = UInt32(index) * 1_000
          $0.endMs = UInt32(index + 1) * 1_000
          $0.text = text
        }
      }
    }
  }

  static func search(
    _ videos: [Video], for text: String = "how to fold a fitted sheet", locale: String = "en-US"
  ) throws -> Search {
    let wire = SearchQuery.with {
      $0.queryID = "q1"
      $0.text = text
      $0.locale = locale
      $0.videos = videos
    }
    return try Search(wire, fallbackID: "fallback")
  }

  static let sheet = video(
    "sheet", title: "Fold a fitted sheet",
    ["Tuck one corner into the other.", "Lay it flat\nfor 1,500 ms and smooth it.", "Bye!"])

  static func reply(_ text: String, _ label: String, _ quote: String) -> ModelReply {
    ModelReply(
      answerable: true,
      sentences: [.init(text: text, citations: [.init(segment: label, quote: quote)])])
  }
}
