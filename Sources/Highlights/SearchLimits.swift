/// How large a search may be before it is rejected.
public struct SearchLimits: Sendable, Hashable {
  /// Unicode code points of the text, white space at its ends not counted.
  public var textLength: Int
  /// Videos of one search.
  public var videos: Int
  /// Segments of all its videos together.
  public var segments: Int
  /// UTF-8 bytes of the search's id and of a video's id.
  public var idLength: Int

  public init(
    textLength: Int = NormalizedText.defaultLimit, videos: Int = 1_000, segments: Int = 100_000,
    idLength: Int = 256
  ) {
    self.textLength = textLength
    self.videos = videos
    self.segments = segments
    self.idLength = idLength
  }
}
