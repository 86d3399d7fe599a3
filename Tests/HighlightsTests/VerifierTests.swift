import Foundation
import Highlights
import HighlightsProtocol
import TestSupport
import Testing

@Suite struct VerifierTests {
  let evidence: Evidence

  init() throws {
    let numbers = Samples.video("n", ["Bake at 180 °C for 1,500 ms, ①② or ½ cup of ﬂour"])
    evidence = Evidence(try Samples.search([Samples.sheet, numbers]))
  }

  private func verify(_ text: String, _ label: String, _ quote: String) -> Verification {
    Verifier().verify(Samples.reply(text, label, quote), against: evidence)
  }

  @Test(
    "A quote that stands in its segment is published as it stands there",
    arguments: [
      ("v1#0", "Tuck one corner", "Tuck one corner"),
      ("v1#0", "  Tuck   one\ncorner ", "Tuck one corner"),
      ("[v1#0]", "Tuck", "Tuck"),
      ("v1#1", "flat for 1,500", "flat\nfor 1,500"),
      ("v2#0", "cup of flour", "cup of ﬂour"),
      ("v2#0", "ｃｕｐ", "cup"), ("v2#0", "12 or 1⁄2", "①② or ½"),
    ])
  func verbatim(label: String, quote: String, published: String) throws {
    let verification = verify("Do it like this.", label, quote)
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
      ("It says so.", "v1#0", "Fold it in half", DropReason.quoteNotVerbatim),
      ("It says so.", "v1#0", "tuck one corner", .quoteNotVerbatim),
      ("It says so.", "v1#0", "Lay it flat", .quoteNotVerbatim),
      ("It says so.", "v1#0", "", .quoteNotVerbatim),
      ("It says so.", "v1#0", " \n", .quoteNotVerbatim),
      ("It says so.", "v2#0", "lour", .quoteNotVerbatim),
      ("It says so.", "v2#0", "1⁄", .quoteNotVerbatim),
      ("It says so.", "v9#0", "Tuck", .unknownSegment),
      ("It says so.", "v1#3", "Tuck", .unknownSegment),
      ("It says so.", "sheet", "Tuck", .unknownSegment),
      ("Bake for 20 minutes.", "v2#0", "Bake", .unsupportedNumber),
      ("Bake at 180.5 °C.", "v2#0", "Bake", .unsupportedNumber),
      ("Bake at ١٨ °C.", "v2#0", "Bake", .unsupportedNumber),
      ("", "v1#0", "Tuck", .emptySentence), (" \u{200B} ", "v1#0", "Tuck", .emptySentence),
      (String(repeating: "a", count: 601), "v1#0", "Tuck", .tooLong),
      ("See https://evil.example for more.", "v1#0", "Tuck", .unsafeText),
    ])
  func lies(text: String, label: String, quote: String, reason: DropReason) {
    let verification = verify(text, label, quote)
    #expect(verification.verdict == .noAnswer(.notSupported))
    #expect(verification.dropped == [reason: 1])
  }

  @Test(
    "Numbers of the cited segment may be written another way",
    arguments: ["Bake at 180 °C.", "Bake 1500 ms.", "Bake 1,500.0 ms.", "Bake at ١٨٠ °C.", "½ cup"])
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
        .init(text: "A.", citations: []), .init(text: "B.", citations: [good, bad]),
        .init(text: "C.", citations: [good, good]),
      ])
    let verification = Verifier().verify(reply, against: evidence)
    #expect(verification.dropped == [.noCitation: 1, .quoteNotVerbatim: 1])
    guard case .answered(let sentences) = verification.verdict else {
      Issue.record("\(verification)")
      return
    }
    #expect(sentences.map(\.text) == ["C."])
    #expect(sentences.map(\.citations.count) == [1], "the same citation twice is one")
  }

  @Test("The first four that pass are kept")
  func tooMany() {
    let citation = ModelReply.Citation(segment: "v1#0", quote: "Tuck")
    let texts = ["A", "", "B", "C", "D", "E", "F"]
    let reply = ModelReply(
      answerable: true, sentences: texts.map { .init(text: $0, citations: [citation]) })
    let verification = Verifier().verify(reply, against: evidence)
    #expect(verification.dropped == [.emptySentence: 1, .tooManySentences: 2])
    guard case .answered(let sentences) = verification.verdict else {
      Issue.record("\(verification)")
      return
    }
    #expect(sentences.map(\.text) == ["A", "B", "C", "D"])
  }

  @Test("A quote with an address or markup is not published either")
  func unsafeQuote() throws {
    let attack = "Visit www.evil.example or <script>alert(1)</script> now"
    let evidence = Evidence(try Samples.search([Samples.video("a", [attack])]))
    for quote in ["Visit www.evil.example", "<script>alert(1)</script>"] {
      let verification = Verifier().verify(
        Samples.reply("It says so.", "v1#0", quote), against: evidence)
      #expect(verification.dropped == [.unsafeText: 1])
    }
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
        Samples.reply("It says so.", segment.label, quote), against: evidence)
      guard case .answered(let sentences) = verification.verdict else { continue }
      for citation in sentences.flatMap(\.citations) {
        let source = try #require(wire.videos.first { $0.id == citation.segment.videoID })
        let original = Array(source.segments[citation.segment.index].text.utf8)
        #expect(original.firstRange(of: Array(citation.quote.utf8)) != nil)
        published += 1
      }
    }
    #expect(published > 90)
  }
}
