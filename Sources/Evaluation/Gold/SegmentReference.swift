/// One segment of one video of a search: what a citation points at.
public struct SegmentReference: Sendable, Hashable, Codable {
  public let videoID: String
  /// Index into the video's segments as they were sent, from 0.
  public let index: Int

  public init(videoID: String, index: Int) {
    self.videoID = videoID
    self.index = index
  }
}
