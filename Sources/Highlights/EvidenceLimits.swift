/// How much of a search's videos is shown to the model.
public struct EvidenceLimits: Sendable, Hashable {
  /// Estimated tokens of all lines of the videos together; see ``TokenEstimate``.
  public var tokens: Int
  /// Videos that may be shown, taken best first.
  public var videos: Int
  /// Where not all fits: the best-ranked videos that are heard before the best segments of all are
  /// taken, and the part of the tokens kept for them, 0 to 1.
  public var heardVideos: Int
  public var heardShare: Double
  /// UTF-8 bytes of one segment; what is longer is shown, and can be quoted, up to there.
  public var segmentLength: Int
  /// UTF-8 bytes of a title.
  public var titleLength: Int
  /// Whether what reads like instructions is kept from the model; see ``Suspicion``. Without, all
  /// that is left is the verifier: for tests of it.
  public var keepsBack: Bool

  public init(
    tokens: Int = 6_000, videos: Int = 20, heardVideos: Int = 5, heardShare: Double = 0.5,
    segmentLength: Int = 2_000, titleLength: Int = 300, keepsBack: Bool = true
  ) {
    self.tokens = tokens
    self.videos = videos
    self.heardVideos = max(1, heardVideos)
    self.heardShare = min(max(heardShare, 0), 1)
    self.segmentLength = segmentLength
    self.titleLength = titleLength
    self.keepsBack = keepsBack
  }
}
