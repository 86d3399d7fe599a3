import HighlightsProtocol

/// Why a published sentence does not count as verified.
public enum SentenceFault: String, Sendable, Hashable, Codable, CaseIterable {
  case noCitation = "no_citation"
  /// The search has no such video, or the video no such segment.
  case unknownSegment = "unknown_segment"
  /// The citation's times are not the segment's.
  case timesDiffer = "times_differ"
  /// The quote does not stand in the segment's text.
  case quoteNotVerbatim = "quote_not_verbatim"

  /// The first fault of a grounded sentence, looked for in the search as it was asked.
  static func first(in sentence: Sentence, of search: SearchQuery) -> SentenceFault? {
    guard !sentence.citations.isEmpty else { return .noCitation }
    return sentence.citations.lazy.compactMap { first(in: $0, of: search) }.first
  }

  private static func first(in citation: Citation, of search: SearchQuery) -> SentenceFault? {
    guard let video = search.videos.first(where: { $0.id == citation.videoID }),
      video.segments.indices.contains(Int(citation.segmentIndex))
    else { return .unknownSegment }
    let segment = video.segments[Int(citation.segmentIndex)]
    guard segment.startMs == citation.startMs, segment.endMs == citation.endMs else {
      return .timesDiffer
    }
    return FoldedText(segment.text).contains(FoldedText(citation.quote)) ? nil : .quoteNotVerbatim
  }
}
