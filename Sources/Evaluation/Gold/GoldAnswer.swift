/// What people decided about one search: whether its videos answer it, and where.
public struct GoldAnswer: Sendable, Hashable, Decodable {
  public let queryID: String
  public let answerable: Bool
  /// The video that answers; may be absent where none does.
  public let videoID: String?
  /// Indexes into that video's segments, from 0; may be empty.
  public let segments: [Int]
  /// The answers people wrote, in their own words.
  public let answers: [String]

  public init(
    queryID: String, answerable: Bool, videoID: String? = nil, segments: [Int] = [],
    answers: [String] = []
  ) {
    self.queryID = queryID
    self.answerable = answerable
    self.videoID = videoID
    self.segments = segments
    self.answers = answers
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    queryID = try container.decode(String.self, forKey: .queryID)
    answerable = try container.decode(Bool.self, forKey: .answerable)
    videoID = try container.decodeIfPresent(String.self, forKey: .videoID)
    // Read as any numbers first: the decoder's own error for one that is no Int lacks the key.
    segments = try (container.decodeIfPresent([Double].self, forKey: .segments) ?? []).map {
      guard let index = Int(exactly: $0) else {
        throw DecodingError.dataCorruptedError(
          forKey: .segments, in: container, debugDescription: "\($0) is not a whole number")
      }
      return index
    }
    answers = try container.decodeIfPresent([String].self, forKey: .answers) ?? []
  }

  /// What an answer should cite: nothing where no video answers, nil where people did not say.
  public var evidence: Set<SegmentReference>? {
    guard answerable else { return [] }
    guard let videoID, !segments.isEmpty else { return nil }
    return Set(segments.map { SegmentReference(videoID: videoID, index: $0) })
  }

  enum CodingKeys: String, CodingKey {
    case queryID = "queryId"
    case answerable
    case videoID = "videoId"
    case segments
    case answers
  }
}
