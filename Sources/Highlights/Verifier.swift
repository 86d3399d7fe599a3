/// Decides, without a model, which sentences of a reply may be published.
///
/// A sentence passes whole or not at all: each of its citations must hold. So the answer may get
/// shorter than what the model wrote, never less true.
public struct Verifier: Sendable, Hashable {
  /// Sentences a highlight may have.
  public var maximumSentences: Int
  /// Characters a sentence may have.
  public var maximumLength: Int

  public init(maximumSentences: Int = 4, maximumLength: Int = 600) {
    self.maximumSentences = maximumSentences
    self.maximumLength = maximumLength
  }

  /// Reads and verifies a reply; one that cannot be read is no answer.
  public func verify(content: String, against evidence: Evidence) -> Verification {
    do {
      return verify(try ModelReply(parsing: content), against: evidence)
    } catch {
      return Verification(verdict: .noAnswer(.invalidReply))
    }
  }

  /// Verifies a reply against what was sent.
  public func verify(_ reply: ModelReply, against evidence: Evidence) -> Verification {
    guard reply.answerable else { return Verification(verdict: .noAnswer(.notInVideos)) }
    var verified: [VerifiedSentence] = []
    var dropped: [DropReason: Int] = [:]
    // Folding each segment once keeps a reply that cites one a thousand times cheap.
    var matchers: [String: QuoteMatcher] = [:]
    for sentence in reply.sentences {
      switch verify(sentence, against: evidence, &matchers) {
      case .success(let passed) where verified.count < maximumSentences: verified.append(passed)
      case .success: dropped[.tooManySentences, default: 0] += 1
      case .failure(let drop): dropped[drop.reason, default: 0] += 1
      }
    }
    return Verification(
      verdict: verified.isEmpty ? .noAnswer(.notSupported) : .answered(verified), dropped: dropped)
  }

  private struct Drop: Error {
    let reason: DropReason
  }

  private func verify(
    _ sentence: ModelReply.Sentence, against evidence: Evidence,
    _ matchers: inout [String: QuoteMatcher]
  ) -> Result<VerifiedSentence, Drop> {
    let text = sentence.text
    if TextFolding.isBlank(text) { return .failure(Drop(reason: .emptySentence)) }
    if text.count > maximumLength { return .failure(Drop(reason: .tooLong)) }
    if UnsafeText.isUnsafe(text) { return .failure(Drop(reason: .unsafeText)) }
    if sentence.citations.isEmpty { return .failure(Drop(reason: .noCitation)) }
    var citations: [VerifiedCitation] = []
    for citation in sentence.citations {
      guard let segment = evidence[Self.label(citation.segment)] else {
        return .failure(Drop(reason: .unknownSegment))
      }
      let matcher = matchers[segment.label] ?? QuoteMatcher(segment.text)
      matchers[segment.label] = matcher
      guard let quote = matcher.stretch(matching: citation.quote) else {
        return .failure(Drop(reason: .quoteNotVerbatim))
      }
      if UnsafeText.isUnsafe(quote, allowingLineBreaks: true) {
        return .failure(Drop(reason: .unsafeText))
      }
      let verified = VerifiedCitation(segment: segment, quote: quote)
      if !citations.contains(verified) { citations.append(verified) }
    }
    let known = citations.reduce(into: Set<String>()) {
      $0.formUnion(NumberSet.numbers(in: $1.segment.text))
    }
    guard NumberSet.numbers(in: text).isSubset(of: known) else {
      return .failure(Drop(reason: .unsupportedNumber))
    }
    return .success(
      VerifiedSentence(text: TextFolding.spaceCollapsed(text), citations: citations))
  }

  /// A label as the evidence has it; models copy the brackets of the prompt's lines.
  private static func label(_ label: String) -> String {
    label.hasPrefix("[") && label.hasSuffix("]") ? String(label.dropFirst().dropLast()) : label
  }
}
