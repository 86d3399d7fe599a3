import Foundation
import HighlightsProtocol

/// A video's id as the bytes it came in.
///
/// Swift takes texts for equal that are written in different code points, and SQLite's own ends at the first NUL: by
/// either, a video that is taken down could be missed.
public struct VideoID: Sendable, Hashable {
  public let bytes: Data

  public init(_ text: String) {
    bytes = Data(text.utf8)
  }

  /// The videos that a highlight cites in a sentence or shows below.
  static func all(of highlight: Highlight) -> Set<VideoID> {
    var ids = Set(highlight.videos.map { VideoID($0.id) })
    for sentence in highlight.sentences {
      for citation in sentence.citations { ids.insert(VideoID(citation.videoID)) }
    }
    return ids
  }
}
