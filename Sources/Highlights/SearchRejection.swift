/// Why a search can never get a highlight, however often it is tried.
public enum SearchRejection: Error, Sendable, Hashable, CustomStringConvertible {
  case emptyText
  /// Lengths in Unicode code points.
  case textTooLong(count: Int, allowed: Int)
  case invalidLocale(String)
  case tooManyVideos(count: Int, allowed: Int)
  /// Counted over all videos of the search.
  case tooManySegments(count: Int, allowed: Int)
  /// Lengths in UTF-8 bytes.
  case queryIDTooLong(count: Int, allowed: Int)
  /// Positions count from 1, best first.
  case emptyVideoID(position: Int)
  /// Lengths in UTF-8 bytes.
  case videoIDTooLong(position: Int, count: Int, allowed: Int)
  case duplicateVideoID(String)
  case segmentTimesReversed(video: String, segment: Int, startMs: UInt32, endMs: UInt32)

  /// A stable word for outcomes, headers and metrics.
  public var reason: String {
    switch self {
    case .emptyText: "empty_text"
    case .textTooLong: "text_too_long"
    case .invalidLocale: "invalid_locale"
    case .tooManyVideos: "too_many_videos"
    case .tooManySegments: "too_many_segments"
    case .queryIDTooLong: "query_id_too_long"
    case .emptyVideoID: "empty_video_id"
    case .videoIDTooLong: "video_id_too_long"
    case .duplicateVideoID: "duplicate_video_id"
    case .segmentTimesReversed: "segment_times_reversed"
    }
  }

  public var description: String {
    switch self {
    case .emptyText:
      NormalizedTextError.empty.description
    case .textTooLong(let count, let allowed):
      NormalizedTextError.tooLong(count: count, allowed: allowed).description
    case .invalidLocale(let value):
      LanguageTagError(value: value).description
    case .tooManyVideos(let count, let allowed):
      "the search has \(count) videos; send the best \(allowed) at most"
    case .tooManySegments(let count, let allowed):
      "the search's videos have \(count) segments together; at most \(allowed) are allowed"
    case .queryIDTooLong(let count, let allowed):
      "query_id has \(count) bytes; at most \(allowed) are allowed"
    case .emptyVideoID(let position):
      "video \(position) has no id; every video needs one of its own"
    case .videoIDTooLong(let position, let count, let allowed):
      "the id of video \(position) has \(count) bytes; at most \(allowed) are allowed"
    case .duplicateVideoID(let id):
      "two videos have the id \"\(id)\"; send each video once"
    case .segmentTimesReversed(let video, let segment, let startMs, let endMs):
      "segment \(segment) of video \"\(video)\" ends at \(endMs) ms, before it starts at "
        + "\(startMs) ms"
    }
  }
}
