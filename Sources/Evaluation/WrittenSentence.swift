/// A sentence as the model wrote it, before anything was checked.
public struct WrittenSentence: Sendable, Hashable {
  public var text: String
  public var citations: [WrittenCitation]

  public init(text: String, citations: [WrittenCitation] = []) {
    self.text = text
    self.citations = citations
  }
}

/// What the model says a sentence rests on.
public struct WrittenCitation: Sendable, Hashable {
  /// The segment that the label stands for; nil where it stands for none.
  public var segment: SegmentReference?
  /// As written.
  public var label: String
  public var quote: String

  public init(segment: SegmentReference?, label: String, quote: String) {
    self.segment = segment
    self.label = label
    self.quote = quote
  }
}
