import Foundation
import Highlights
import HighlightsProtocol
import TestSupport
import Testing

@Suite struct VerifierTests {
  let evidence: Evidence

  init() throws {
    let numbers = Samples.video(
      "n", title: "Bake a fitted sheet", ["Bake at 180 °C for 1,500 ms, ①② or ½ cup of ﬂour"])
    evidence = Evidence(try Samples.search([Samples.sheet, numbers]))
  }

  private func verify(_ text: String, _ label: String, _ quote: String) -> Verification {
    Verifier().verify(Samples.reply(text, label, quote), against: evidence)
  }

  @Test(
    "A quote that stands in its segment is published as it stands there",
    arguments: [
      ("Tuck the corner.", "v1#0", "Tuck one corner", "Tuck one corner"),
      ("Tuck the corner.", "v1#0", "  Tuck   one\ncorner ", "Tuck one corner"),
      ("Tuck the corner.", "[v1#0]", "Tuck", "Tuck"),
      ("Smooth it.", "v1#1", "flat for 1,500", "flat\nfor 1,500"),
      ("Bake the flour.", "v2#0", "cup of flour", "cup of ﬂour"),
      ("Bake the flour.", "v2#0", "ｃｕｐ", "cup"),
      ("Bake the flour.", "v2#0", "12 or 1⁄2", "①② or ½"),
    ])
  func verbatim(text: String, label: String, quote: String, published: String) throws {
    let verification = verify(text, label, quote)
    guard case .answered(let sentences) = verification.verdict else {
      Issue.record("\(verification)")
      return
    }
    let citation = try #require(sentences.first?.citations.first)
    #expect(Array(citation.quote.utf8) == Array(published.utf8))
    #expect(verification.dropped.isEmpty)
  }

  @Test(
    "A lie is dropped and counted",
    arguments: [
      ("Tuck it.", "v1#0", "Fold it in half", DropReason.quoteNotVerbatim),
      ("Tuck it.", "v1#0", "tuck one corner", .quoteNotVerbatim),
      ("Tuck it.", "v1#0", "Lay it flat", .quoteNotVerbatim),
      ("Tuck it.", "v1#0", "", .quoteNotVerbatim), ("Tuck it.", "v1#0", " \n", .quoteNotVerbatim),
      ("Bake it.", "v2#0", "lour", .quoteNotVerbatim),
      ("Bake it.", "v2#0", "1⁄", .quoteNotVerbatim),
      ("Tuck it.", "v9#0", "Tuck", .unknownSegment),
      ("Tuck it.", "v1#3", "Tuck", .unknownSegment),
      ("Tuck it.", "sheet", "Tuck", .unknownSegment),
      ("Bake for 20 minutes.", "v2#0", "Bake", .unsupportedNumber),
      ("Bake at 180.5 °C.", "v2#0", "Bake", .unsupportedNumber),
      ("Bake at ١٨ °C.", "v2#0", "Bake", .unsupportedNumber),
      ("Bake seven cups.", "v2#0", "Bake", .unsupportedNumber),
      ("Bake it for $180.", "v2#0", "Bake", .unsupportedUnit),
      ("Bake at 180 °F.", "v2#0", "Bake", .unsupportedUnit),
      ("Bake for 1,500 hours.", "v2#0", "Bake", .unsupportedUnit),
      ("Bake a spoon of flour.", "v2#0", "Bake", .unsupportedUnit),
      ("Tuck one meter into the other.", "v1#0", "Tuck", .unsupportedUnit),
      ("**Tuck one corner**", "v1#0", "Tuck", .unsafeText),
      ("# Tuck one corner", "v1#0", "Tuck", .unsafeText),
      ("Tuck one corner #sponsored.", "v1#0", "Tuck", .unsafeText),
      ("Tuck a corner, says Dr. Miller.", "v1#0", "Tuck", .unsupportedName),
      ("Tuck a corner into your iPhone.", "v1#0", "Tuck", .unsupportedName),
      ("Tuck a corner on monday.", "v1#0", "Tuck", .unsupportedName),
      ("Do not tuck one corner into the other.", "v1#0", "Tuck", .negation),
      ("Never bake the flour.", "v2#0", "Bake", .negation),
      ("It says so.", "v1#0", "Tuck", .unsupportedWords),
      ("Tuck the corner and boil some acid.", "v1#0", "Tuck", .unsupportedWords),
      ("Tuck the corner and bake.", "v1#0", "Tuck", .unsupportedWords),
      ("Tuck a corner?", "v1#0", "Tuck", .question),
      ("", "v1#0", "Tuck", .emptySentence), (" \u{200B} ", "v1#0", "Tuck", .emptySentence),
      (
        String(repeating: "Tuck one corner. ", count: 40), "v1#0", "Tuck", .tooLong
      ),
      ("Tuck one corner into other.com corner.", "v1#0", "Tuck", .unsafeText),
      ("Tuck the <b>corner</b> into the other.", "v1#0", "Tuck", .unsafeText),
    ])
  func lies(text: String, label: String, quote: String, reason: DropReason) {
    let verification = verify(text, label, quote)
    #expect(verification.verdict == .noAnswer(.notSupported))
    #expect(verification.dropped == [reason: 1])
  }

  @Test(
    "Numbers of the cited segment may be written another way",
    arguments: [
      "Bake at 180 °C.", "Bake at 180 degrees Celsius.", "Bake 1500 ms.", "Bake 1,500.0 ms.",
      "Bake at ١٨٠ °C.", "Bake ½ cup.",
    ])
  func numbers(text: String) {
    #expect(verify(text, "v2#0", "Bake").dropped.isEmpty)
  }

  @Test("A sentence without citation, or with one that fails, is dropped whole")
  func everyCitationHolds() {
    let good = ModelReply.Citation(segment: "v1#0", quote: "Tuck")
    let bad = ModelReply.Citation(segment: "v1#0", quote: "Twist")
    let reply = ModelReply(
      answerable: true,
      sentences: [
        .init(text: "Tuck.", citations: []), .init(text: "Tuck it.", citations: [good, bad]),
        .init(text: "Tuck one corner.", citations: [good, good]),
      ])
    let verification = Verifier().verify(reply, against: evidence)
    #expect(verification.dropped == [.noCitation: 1, .quoteNotVerbatim: 1])
    guard case .answered(let sentences) = verification.verdict else {
      Issue.record("\(verification)")
      return
    }
    #expect(sentences.map(\.text) == ["Tuck one corner."])
    #expect(sentences.map(\.citations.count) == [1], "the same citation twice is one")
  }

  @Test("The first four that pass are kept")
  func tooMany() {
    let citation = ModelReply.Citation(segment: "v1#0", quote: "Tuck")
    let texts = ["Tuck", "", "Tuck it", "Tuck one", "tuck", "Corner", "Other corner", "One corner"]
    let reply = ModelReply(
      answerable: true, sentences: texts.map { .init(text: $0, citations: [citation]) })
    let verification = Verifier().verify(reply, against: evidence)
    #expect(verification.dropped == [.emptySentence: 1, .repeated: 1, .tooManySentences: 2])
    guard case .answered(let sentences) = verification.verdict else {
      Issue.record("\(verification)")
      return
    }
    #expect(sentences.map(\.text) == ["Tuck", "Tuck it", "Tuck one", "Corner"])
  }

  @Test("Fewer sentences than the prompt asks for are no answer")
  func tooFew() {
    let verification = Verifier(minimumSentences: 2).verify(
      Samples.reply("Tuck one corner.", "v1#0", "Tuck"), against: evidence)
    #expect(verification.verdict == .noAnswer(.notSupported))
    #expect(verification.dropped == [.tooFewSentences: 1])
  }

  @Test(
    "A sentence must not turn round its quote",
    arguments: [
      ("Wash it in hot water.", "Don't wash it in hot water", false),
      ("Wash it in hot water.", "wash it in hot water", false),
      ("Do not wash it in hot water.", "Don't wash it in hot water", true),
      ("Iron it cold.", "iron it cold", true),
      ("Do not iron it cold.", "iron it cold", false),
    ])
  func negation(text: String, quote: String, passes: Bool) throws {
    let evidence = Evidence(
      try Samples.search([
        Samples.video(
          "a", title: "Wash a fitted sheet", ["Don't wash it in hot water. Then iron it cold."])
      ])
    )
    let verification = Verifier().verify(
      Samples.reply(text, "v1#0", quote), against: evidence)
    #expect(verification.dropped == (passes ? [:] : [.negation: 1]))
  }

  @Test("A segment that has nothing to do with the rest cannot be cited")
  func offTopic() throws {
    let other = "Zebras gallop across dusty plains towards distant rivers today."
    let evidence = Evidence(try Samples.search([Samples.sheet, Samples.video("z", [other])]))
    let verification = Verifier().verify(Samples.reply(other, "v2#0", other), against: evidence)
    #expect(verification.dropped == [.offTopic: 1])
  }

  @Test("A sentence in another language than the search's is dropped")
  func language() throws {
    let german = "Den Teig mit der Hand kneten und nicht zu lange warten."
    let video = Samples.video("a", title: "Teig kneten", [german])
    let evidence = Evidence(try Samples.search([video], locale: "en"))
    let reply = Samples.reply(german, "v1#0", german)
    let (english, own) = (try LanguageTag("en"), try LanguageTag("de"))
    #expect(
      Verifier().verify(reply, against: evidence, locale: english).dropped == [.wrongLanguage: 1])
    #expect(Verifier().verify(reply, against: evidence, locale: own).dropped.isEmpty)
    #expect(Verifier().verify(reply, against: evidence).dropped.isEmpty)
  }

  @Test("What stands only in a segment that is not cited is not supported")
  func fromElsewhere() throws {
    let videos = [
      Samples.video("a", ["Knead the soft dough by hand.", "Add fresh thyme."])
    ]
    let evidence = Evidence(try Samples.search(videos))
    let verification = Verifier().verify(
      Samples.reply("Knead the soft dough by hand with thyme.", "v1#0", "Knead the soft dough"),
      against: evidence)
    #expect(verification.dropped == [.unsupportedWords: 1])
  }

  @Test(
    "Every published quote of real transcripts is an exact stretch of its segment",
    .enabled(
      if: SharedData.has("grounding/queries.jsonl"),
      "needs ../shared/data/grounding/queries.jsonl"))
  func publishedQuotes() throws {
    var random = SeededGenerator(seed: 42)
    var published = 0
    for line in try SharedData.lines("grounding/queries.jsonl").prefix(100) {
      let wire = try MessageCodec().decode(
        SearchQuery.self, from: Array(line), contentType: "application/json")
      let search = try Search(wire, fallbackID: "f")
      let evidence = Evidence(search)
      let segment = try #require(
        evidence.videos.randomElement(using: &random)?.segments.randomElement(using: &random))
      let words = segment.text.split(separator: " ")
      let start = Int.random(in: 0..<words.count, using: &random)
      let end = Int.random(in: start..<words.count, using: &random)
      let quote = words[start...end].joined(
        separator: ["  ", "\n", " "].randomElement(using: &random) ?? " ")
      let verification = Verifier().verify(
        Samples.reply(segment.text, segment.label, quote), against: evidence)
      guard case .answered(let sentences) = verification.verdict else { continue }
      for citation in sentences.flatMap(\.citations) {
        let source = try #require(wire.videos.first { $0.id == citation.segment.videoID })
        let original = Array(source.segments[citation.segment.index].text.utf8)
        #expect(original.firstRange(of: Array(citation.quote.utf8)) != nil)
        published += 1
      }
    }
    #expect(published > 80)
  }
}
