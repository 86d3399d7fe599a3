import Highlights
import Testing

@Suite struct GeneralVerifierTests {
  private func verify(_ texts: [String], locale: String = "en") throws -> Verification {
    let sentences = texts.map { #"{"text":"\#($0)"}"# }.joined(separator: ",")
    return GeneralVerifier().verify(
      content: #"{"answerable":true,"sentences":[\#(sentences)]}"#, locale: try LanguageTag(locale))
  }

  @Test("Plain sentences are a general answer, three at most")
  func plain() throws {
    let verification = try verify([
      "One is one.", "Two is two.", "Three is three.", "Four is four.",
    ])
    #expect(verification.verdict == .general(["One is one.", "Two is two.", "Three is three."]))
    #expect(verification.dropped == [.tooManySentences: 1])
  }

  @Test(
    "The same is kept from readers as in a grounded answer",
    arguments: [
      ("", DropReason.emptySentence), ("Ask @maria.", .unsafeText),
      ("Go to evil.com.", .unsafeText),
      ("See <b>this</b>.", .unsafeText), ("What is it?", .question),
      ("Das ist der Grund und nicht die Folge.", .wrongLanguage),
      (String(repeating: "a", count: 601), .tooLong),
    ])
  func unsafe(text: String, reason: DropReason) throws {
    let verification = try verify([text])
    #expect(verification.verdict == .noAnswer(.notSupported))
    #expect(verification.dropped == [reason: 1])
  }

  @Test("What cannot be read, or is declined, is no answer")
  func none() throws {
    let tag = try LanguageTag("en")
    let verifier = GeneralVerifier()
    #expect(verifier.verify(content: "hello", locale: tag).verdict == .noAnswer(.invalidReply))
    #expect(
      verifier.verify(content: #"{"answerable":false,"sentences":[]}"#, locale: tag).verdict
        == .noAnswer(.notInVideos))
    #expect(GeneralVerifier.complaint(about: "hello")?.contains("not JSON") == true)
    #expect(GeneralVerifier.complaint(about: #"{"answerable":false,"sentences":[]}"#) == nil)
  }
}
