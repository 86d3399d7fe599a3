/// A reply in the form of the highlight schema.
public struct ExtractiveAnswer: Sendable, Equatable, Codable {
  /// A sentence and what it rests on.
  public struct Sentence: Sendable, Equatable, Codable {
    /// The words shown.
    public let text: String
    /// Where they come from, or are said to; a true sentence has one at least.
    public let citations: [Citation]
  }

  /// A verbatim part of one segment, or what is said to be one.
  public struct Citation: Sendable, Equatable, Codable {
    /// The segment's label in the prompt, such as `v1#0`.
    public let segment: String
    /// What stands there, or is said to, character for character.
    public let quote: String
  }

  /// Whether the videos answer the search.
  public let answerable: Bool
  /// Empty exactly when not answerable.
  public let sentences: [Sentence]

  /// The reply that the videos do not answer the search.
  public static let unanswerable = ExtractiveAnswer(answerable: false, sentences: [])
}
