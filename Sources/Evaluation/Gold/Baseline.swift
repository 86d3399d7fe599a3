import HighlightsProtocol

/// A way to answer without a model, to measure ours against: it cites one segment, or declines.
public enum Baseline: Sendable, Hashable, CustomStringConvertible {
  /// Always the first segment of the best video that has one.
  case firstSegment
  /// Always the segment that shares the most distinct words with the search, the first of equals.
  case wordOverlap
  /// That segment, where it has at least this share of the search's words; else it declines.
  case wordOverlapFrom(Double)

  /// What a report measures against.
  public static let standard: [Baseline] = [.firstSegment, .wordOverlap, .wordOverlapFrom(0.5)]

  public var description: String {
    switch self {
    case .firstSegment: "first segment"
    case .wordOverlap: "word overlap"
    case .wordOverlapFrom(let share): "word overlap ≥ \(Int((share * 100).rounded())) %"
    }
  }

  /// The segment to answer with; nil to decline, as all do for a search without segments.
  public func segment(for search: SearchQuery) -> SegmentReference? {
    switch self {
    case .firstSegment:
      search.videos.first { !$0.segments.isEmpty }
        .map { SegmentReference(videoID: $0.id, index: 0) }
    case .wordOverlap: Self.bestOverlap(in: search)?.segment
    case .wordOverlapFrom(let share):
      Self.bestOverlap(in: search).flatMap { $0.share >= share ? $0.segment : nil }
    }
  }

  func judgement(of search: SearchQuery, gold: GoldAnswer) -> Judgement {
    let cited = segment(for: search)
    return Judgement(
      decision: cited == nil ? .declined : .answered, answerable: gold.answerable,
      citations: gold.evidence.map {
        CitationCount(cited: Set([cited].compactMap(\.self)), gold: $0)
      })
  }

  private static func bestOverlap(
    in search: SearchQuery
  ) -> (segment: SegmentReference, share: Double)? {
    let wanted = Words.distinct(in: search.text)
    var best: (segment: SegmentReference, shared: Int)?
    for video in search.videos {
      for (index, segment) in video.segments.enumerated() {
        let shared = Words.distinct(in: segment.text).intersection(wanted).count
        if shared > best?.shared ?? -1 {
          best = (SegmentReference(videoID: video.id, index: index), shared)
        }
      }
    }
    return best.map { ($0.segment, ratio($0.shared, of: wanted.count) ?? 0) }
  }
}

/// A baseline's figures.
public struct BaselineFigures: Sendable, Hashable, Codable {
  public let name: String
  public let gold: GoldFigures
}
