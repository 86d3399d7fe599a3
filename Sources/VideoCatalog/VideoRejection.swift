import HighlightsProtocol

/// Why a video cannot be evidence of any search; a search that brings it would be rejected whole.
public enum VideoRejection: Error, Sendable, Hashable, CustomStringConvertible {
  case emptyID
  /// Lengths in UTF-8 bytes.
  case idTooLong(count: Int, allowed: Int)
  case segmentTimesReversed(segment: Int, startMs: UInt32, endMs: UInt32)

  /// UTF-8 bytes that a video's id may have, the same as in searches.
  public static let idLength = 256

  /// Makes sure that a search may bring this video.
  public static func check(_ video: Video) throws(VideoRejection) {
    guard !video.id.isEmpty else { throw .emptyID }
    let count = video.id.utf8.count
    guard count <= idLength else { throw .idTooLong(count: count, allowed: idLength) }
    if let index = video.segments.firstIndex(where: { $0.endMs < $0.startMs }) {
      let segment = video.segments[index]
      throw .segmentTimesReversed(
        segment: index, startMs: segment.startMs, endMs: segment.endMs)
    }
  }

  public var description: String {
    switch self {
    case .emptyID: "the video has no id; every video needs one of its own"
    case .idTooLong(let count, let allowed):
      "the video's id has \(count) bytes; at most \(allowed) are allowed"
    case .segmentTimesReversed(let segment, let startMs, let endMs):
      "segment \(segment) ends at \(endMs) ms, before it starts at \(startMs) ms"
    }
  }
}
