import Foundation
import HighlightStore
import Highlights
import HighlightsProtocol
import SwiftProtobuf

/// Highlights of about 1.5 KB, numbered; every process makes the same ones.
struct SampleHighlights: Sendable {
  static let topic = "search.highlights"
  static let partitions: Int32 = 12
  static let locale = "en"
  private let generatedAt: UnixTime

  /// - Parameter generatedAt: When all were generated; fresh for a day.
  init(generatedAt: UnixTime = SQLiteHighlightStore.wallClock()) {
    self.generatedAt = generatedAt
  }

  static func text(_ number: Int) -> String { "How to fold a fitted sheet, number \(number)" }

  /// The path of its look-up.
  static func path(_ number: Int) -> String {
    let text = text(number).replacing(" ", with: "%20").replacing(",", with: "%2C")
    return "/v1/highlights?q=\(text)&locale=\(locale)"
  }

  static func partition(_ number: Int) -> Int32 { Int32(number) % partitions }

  func highlight(_ number: Int) throws -> Highlight {
    var query = SearchQuery()
    query.text = Self.text(number)
    query.locale = Self.locale
    let search = try Search(query, fallbackID: "sample")
    var highlight = Highlight()
    highlight.key = search.key.description
    highlight.queryText = search.text
    highlight.locale = Self.locale
    highlight.status = .answered
    highlight.sentences = (0..<3).map { Self.sentence($0, of: number) }
    highlight.videos = (0..<5).map { Self.video($0, of: number) }
    highlight.sourceFingerprint = search.key.description
    highlight.provenance.provider = "simulator"
    highlight.provenance.modelServed = "extractive-simulator"
    highlight.provenance.promptVersion = search.key.description
    highlight.usage.inputTokens = 1_200
    highlight.usage.outputTokens = 150
    highlight.generatedAt = generatedAt.timestamp
    highlight.freshUntil = generatedAt.advanced(byMilliseconds: 86_400_000).timestamp
    highlight.expiresAt = generatedAt.advanced(byMilliseconds: 7 * 86_400_000).timestamp
    highlight.label = "AI-generated from the videos below"
    return highlight
  }

  /// It as a record at the end of its partition, were all before it there.
  func record(_ number: Int) throws -> HighlightRecord {
    try HighlightRecord(
      highlight(number),
      position: RecordPosition(
        topic: Self.topic, partition: Self.partition(number),
        offset: Int64(number) / Int64(Self.partitions)))
  }

  private static func sentence(_ place: Int, of number: Int) -> Sentence {
    .with {
      $0.text =
        "Put one hand in each of two corners of sheet \(number), flip one over the other, and go "
        + "on to corner \(place + 2) until all are tucked into one."
      $0.kind = .grounded
      $0.citations = (0..<2).map { citation in
        .with {
          $0.videoID = "video-\(number)-\(citation)"
          $0.segmentIndex = UInt32(place)
          $0.startMs = UInt32(place) * 6_000
          $0.endMs = $0.startMs + 6_000
          $0.quote = "put one hand in each of two corners and flip one corner over the other"
        }
      }
    }
  }

  private static func video(_ place: Int, of number: Int) -> VideoCard {
    .with {
      $0.id = "video-\(number)-\(place)"
      $0.title = "Fitted sheet number \(number), folded flat in \(place + 1) minutes"
      $0.creator = "linen.keeper.\(place)"
      $0.durationMs = 61_000
    }
  }
}
