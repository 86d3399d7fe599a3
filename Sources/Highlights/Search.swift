import HighlightsProtocol

/// A search that passed every check: what a `SearchQuery` becomes at the edge.
public struct Search: Sendable {
  /// Identifies this one search; not empty.
  public let id: String
  /// What the person typed, on one line, without white space at its ends.
  public let text: String
  public let normalizedText: NormalizedText
  public let locale: LanguageTag
  public let key: HighlightKey
  /// Best first; ids are distinct and not empty, segment times do not run backwards.
  public let videos: [Video]
  public let requestedAt: UnixTime?
  /// After this moment nobody waits for the answer any more.
  public let deadline: UnixTime?

  /// Checks a message from the wire.
  ///
  /// - Parameter fallbackID: Becomes the id of a search that has none, such as its topic, partition
  ///   and offset.
  /// - Throws: ``SearchRejection``: this message stays unusable.
  public init(
    _ wire: SearchQuery, fallbackID: String, limits: SearchLimits = SearchLimits()
  ) throws(SearchRejection) {
    let idLength = wire.queryID.utf8.count
    guard idLength <= limits.idLength else {
      throw .queryIDTooLong(count: idLength, allowed: limits.idLength)
    }
    normalizedText = try Self.normalized(wire.text, limit: limits.textLength)
    locale = try Self.languageTag(wire.locale)
    try Self.check(wire.videos, limits: limits)
    id = wire.queryID.isEmpty ? fallbackID : wire.queryID
    text = TextFolding.spaceCollapsed(wire.text)
    key = HighlightKey(text: normalizedText, locale: locale)
    videos = wire.videos
    requestedAt = wire.hasRequestedAt ? UnixTime(wire.requestedAt) : nil
    deadline = wire.hasDeadline ? UnixTime(wire.deadline) : nil
  }

  private static func normalized(
    _ text: String, limit: Int
  ) throws(SearchRejection) -> NormalizedText {
    do {
      return try NormalizedText(text, limit: limit)
    } catch {
      switch error {
      case .empty: throw .emptyText
      case .tooLong(let count, let allowed): throw .textTooLong(count: count, allowed: allowed)
      }
    }
  }

  private static func languageTag(_ value: String) throws(SearchRejection) -> LanguageTag {
    do {
      return try LanguageTag(value)
    } catch {
      throw .invalidLocale(error.value)
    }
  }

  private static func check(_ videos: [Video], limits: SearchLimits) throws(SearchRejection) {
    guard videos.count <= limits.videos else {
      throw .tooManyVideos(count: videos.count, allowed: limits.videos)
    }
    let segments = videos.reduce(0) { $0 + $1.segments.count }
    guard segments <= limits.segments else {
      throw .tooManySegments(count: segments, allowed: limits.segments)
    }
    var seen: Set<String> = []
    for (index, video) in videos.enumerated() {
      let idLength = video.id.utf8.count
      guard idLength > 0 else { throw .emptyVideoID(position: index + 1) }
      guard idLength <= limits.idLength else {
        throw .videoIDTooLong(position: index + 1, count: idLength, allowed: limits.idLength)
      }
      guard seen.insert(video.id).inserted else {
        throw .duplicateVideoID(TextFolding.bounded(video.id))
      }
      if let reversed = video.segments.firstIndex(where: { $0.endMs < $0.startMs }) {
        let segment = video.segments[reversed]
        throw .segmentTimesReversed(
          video: TextFolding.bounded(video.id), segment: reversed, startMs: segment.startMs,
          endMs: segment.endMs)
      }
    }
  }
}
