/// Decides, without a model, which sentences of a reply may be published.
///
/// A sentence passes whole or not at all: each of its citations must hold, and what it says must
/// stand in the segments it cites. So the answer may get shorter than what the model wrote, never
/// less true. The checks compare words; they do not understand. A sentence that puts true words
/// together to a new meaning can pass, one that says the same in other words can fail.
public struct Verifier: Sendable, Hashable {
  /// Sentences a highlight must have; with fewer there is no answer.
  public var minimumSentences: Int
  /// Sentences a highlight may have.
  public var maximumSentences: Int
  /// Characters a sentence may have.
  public var maximumLength: Int
  /// The part of a sentence's content words, each counted once, that must stand in the segments
  /// it cites, 0 to 1.
  public var support: Double

  public init(
    minimumSentences: Int = 1, maximumSentences: Int = 4, maximumLength: Int = 600,
    support: Double = 0.6
  ) {
    self.minimumSentences = minimumSentences
    self.maximumSentences = maximumSentences
    self.maximumLength = maximumLength
    self.support = support
  }

  /// Reads and verifies a reply; one that cannot be read is no answer.
  public func verify(
    content: String, against evidence: Evidence, locale: LanguageTag = .undetermined
  ) -> Verification {
    do {
      return verify(try ModelReply(parsing: content), against: evidence, locale: locale)
    } catch {
      return Verification(verdict: .noAnswer(.invalidReply))
    }
  }

  /// Verifies a reply against what was sent.
  ///
  /// - Parameter locale: The search's; sentences must be in its language.
  public func verify(
    _ reply: ModelReply, against evidence: Evidence, locale: LanguageTag = .undetermined
  ) -> Verification {
    guard reply.answerable else { return Verification(verdict: .noAnswer(.notInVideos)) }
    var verified: [VerifiedSentence] = []
    var dropped: [DropReason: Int] = [:]
    var seen: Set<String> = []
    var check = SentenceCheck(verifier: self, evidence: evidence, locale: locale)
    for sentence in reply.sentences {
      do throws(SentenceCheck.Drop) {
        let passed = try check.verify(sentence)
        guard seen.insert(TextFolding.caseFolded(passed.text)).inserted else {
          throw SentenceCheck.Drop(reason: .repeated)
        }
        guard verified.count < maximumSentences else {
          throw SentenceCheck.Drop(reason: .tooManySentences)
        }
        verified.append(passed)
      } catch {
        dropped[error.reason, default: 0] += 1
      }
    }
    guard verified.count >= max(1, minimumSentences) else {
      if !verified.isEmpty { dropped[.tooFewSentences] = verified.count }
      return Verification(verdict: .noAnswer(.notSupported), dropped: dropped)
    }
    return Verification(verdict: .answered(verified), dropped: dropped)
  }
}
