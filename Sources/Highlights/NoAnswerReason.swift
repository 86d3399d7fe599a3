/// Why a search has no answer: the `reason` of a highlight and its outcome.
public enum NoAnswerReason: String, Sendable, Hashable, CaseIterable {
  /// No video has anything that could be cited; the model was not asked.
  case noVideos = "no_videos"
  /// The model says that the videos do not answer the search.
  case notInVideos = "not_in_videos"
  /// The model answered, but no sentence could be verified.
  case notSupported = "not_supported"
  /// The model's reply could not be read.
  case invalidReply = "invalid_reply"
}
