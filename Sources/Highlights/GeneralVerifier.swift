import Foundation

/// The checks of a general answer: nothing it says can be verified, so only its form is.
///
/// It cites nothing and is labelled as not from videos. What it may say is for the prompt and the
/// provider; what it must not hold is the same as everywhere: addresses, handles, markup, control
/// characters, another language, questions.
public struct GeneralVerifier: Sendable, Hashable {
  public var maximumSentences: Int
  /// Characters a sentence may have.
  public var maximumLength: Int

  public init(maximumSentences: Int = 3, maximumLength: Int = 600) {
    self.maximumSentences = maximumSentences
    self.maximumLength = maximumLength
  }

  private struct Reply: Decodable {
    struct Sentence: Decodable { let text: String }
    let answerable: Bool
    let sentences: [Sentence]
  }

  /// Says whether a reply can be read, for a repair.
  public static func complaint(about content: String) -> String? {
    do throws(InvalidReply) {
      _ = try ModelReply.decode(Reply.self, from: content)
      return nil
    } catch {
      return "\(error)"
    }
  }

  public func verify(content: String, locale: LanguageTag) -> Verification {
    guard let reply = try? ModelReply.decode(Reply.self, from: content) else {
      return Verification(verdict: .noAnswer(.invalidReply))
    }
    guard reply.answerable else { return Verification(verdict: .noAnswer(.notInVideos)) }
    var passed: [String] = []
    var dropped: [DropReason: Int] = [:]
    for sentence in reply.sentences {
      let text = sentence.text
      let reason: DropReason? =
        if TextFolding.isBlank(text) {
          .emptySentence
        } else if text.count > maximumLength {
          .tooLong
        } else if text.contains(where: { "?？؟".contains($0) }) {
          .question
        } else if !LanguageCheck.isPlausible(text, in: locale) {
          .wrongLanguage
        } else if UnsafeText.isUnsafe(text) || CodeText.isCode(text)
          || !Markup.isWithin(text, [])
        {
          .unsafeText
        } else if passed.count == maximumSentences {
          .tooManySentences
        } else {
          nil
        }
      if let reason {
        dropped[reason, default: 0] += 1
      } else {
        passed.append(TextFolding.spaceCollapsed(text))
      }
    }
    return Verification(
      verdict: passed.isEmpty ? .noAnswer(.notSupported) : .general(passed), dropped: dropped)
  }
}
