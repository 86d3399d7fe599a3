/// A stand-in for a language model that answers a highlight prompt with its own segments.
///
/// It ranks the segments by BM25 against the search and returns the best as they stand, or declines
/// when no segment, read with its video's title, covers enough of the search's content terms. It
/// adds no words of its own and takes time linear in the prompt.
public struct ExtractiveModel: Sendable {
  /// What to call it wherever its words are shown.
  public static let label = "extractive simulator, not a language model"
  /// The name it serves under.
  public static let name = "extractive-simulator"

  /// The share of the search's distinct content terms, 0 to 1, that one segment and the title of
  /// its video have to hold between them for the search to be answered.
  public var minimumCoverage: Double
  /// The most sentences of an answer.
  public var maximumSentences: Int
  /// The most characters of a quote; a longer segment is cut at a word boundary.
  public var maximumQuoteLength: Int

  /// A model with the defaults: half of the content terms, 3 sentences, quotes of 300 characters.
  public init(
    minimumCoverage: Double = 0.5, maximumSentences: Int = 3, maximumQuoteLength: Int = 300
  ) {
    self.minimumCoverage = minimumCoverage
    self.maximumSentences = maximumSentences
    self.maximumQuoteLength = maximumQuoteLength
  }

  /// Answers the text of a user message; one that is not a highlight prompt is declined.
  public func answer(toMessage text: String) -> ExtractiveAnswer {
    guard let prompt = try? ExtractivePrompt(parsing: text) else { return .unanswerable }
    return answer(to: prompt)
  }

  /// Answers a prompt with its best segments, in the order in which they stand in it.
  ///
  /// A second and third segment is given only where it scores at least half of the best one.
  public func answer(to prompt: ExtractivePrompt) -> ExtractiveAnswer {
    let index = SegmentIndex(prompt)
    guard index.bestCoverage >= minimumCoverage, index.bestCoverage > 0 else {
      return .unanswerable
    }
    let chosen = best(of: index, in: prompt).sorted {
      ($0.video, $0.segment) < ($1.video, $1.segment)
    }
    let sentences = chosen.map { entry in
      sentence(from: prompt.videos[entry.video].segments[entry.segment])
    }
    return sentences.isEmpty
      ? .unanswerable : ExtractiveAnswer(answerable: true, sentences: sentences)
  }

  /// A segment, or its beginning, as a sentence that cites it.
  func sentence(from segment: ExtractivePrompt.Segment) -> ExtractiveAnswer.Sentence {
    let quote = Self.leadingPart(of: segment.text, upTo: maximumQuoteLength)
    return .init(text: quote, citations: [.init(segment: segment.label, quote: quote)])
  }

  /// The highest scores, best first and of two equals the earlier; a text is taken once.
  private func best(of index: SegmentIndex, in prompt: ExtractivePrompt) -> [SegmentIndex.Entry] {
    var top: [(entry: SegmentIndex.Entry, score: Double)] = []
    for entry in index.entries {
      let score = index.score(entry)
      guard score > 0, top.count < maximumSentences || score > (top.last?.score ?? .infinity)
      else { continue }
      let text = prompt.videos[entry.video].segments[entry.segment].text
      let repeated = top.contains {
        prompt.videos[$0.entry.video].segments[$0.entry.segment].text == text
      }
      if repeated { continue }
      let place = top.firstIndex { $0.score < score } ?? top.endIndex
      top.insert((entry, score), at: place)
      if top.count > maximumSentences { top.removeLast() }
    }
    let floor = (top.first?.score ?? 0) / 2
    return top.filter { $0.score >= floor }.map(\.entry)
  }

  /// The whole text if it is short enough, else what of it ends at a word boundary.
  static func leadingPart(of text: String, upTo limit: Int) -> String {
    guard let end = text.index(text.startIndex, offsetBy: limit, limitedBy: text.endIndex),
      end < text.endIndex
    else { return text }
    let head = text[..<end]
    // The next character shows whether the cut already falls between words.
    if text[end].isWhitespace { return String(head) }
    guard let space = head.lastIndex(where: \.isWhitespace), space > text.startIndex else {
      return String(head)
    }
    return String(head[..<space])
  }
}
