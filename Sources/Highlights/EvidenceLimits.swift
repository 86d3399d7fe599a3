/// How much of a search's videos is shown to the model.
public struct EvidenceLimits: Sendable, Hashable {
  /// Estimated tokens of all lines of the videos together; see ``TokenEstimate``.
  public var tokens: Int
  /// Videos that may be shown, taken best first.
  public var videos: Int
  /// Consecutive segments a video gets before the next video's turn; at least 1.
  public var segmentsPerTurn: Int
  /// UTF-8 bytes of one segment; what is longer is shown, and can be quoted, up to there.
  public var segmentLength: Int
  /// UTF-8 bytes of a title.
  public var titleLength: Int

  public init(
    tokens: Int = 6_000, videos: Int = 20, segmentsPerTurn: Int = 4, segmentLength: Int = 2_000,
    titleLength: Int = 300
  ) {
    self.tokens = tokens
    self.videos = videos
    self.segmentsPerTurn = max(1, segmentsPerTurn)
    self.segmentLength = segmentLength
    self.titleLength = titleLength
  }
}
