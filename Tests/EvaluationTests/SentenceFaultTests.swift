import HighlightsProtocol
import SwiftProtobuf
import Testing

@testable import Evaluation

@Suite("Checking published sentences again")
struct SentenceFaultTests {
  private let search = Cases.search("q")

  private func fault(_ change: (inout Citation) -> Void) -> SentenceFault? {
    var citation = Cases.citation(Cases.sheet, 1)
    change(&citation)
    return SentenceFault.first(in: Cases.sentence("Lay it flat.", [citation]), of: search)
  }

  @Test("takes a quote that stands in the segment")
  func verified() {
    #expect(fault { _ in } == nil)
    #expect(fault { $0.quote = "flat and smooth" } == nil)
  }

  @Test("finds each fault")
  func faults() {
    #expect(SentenceFault.first(in: Cases.sentence("x", []), of: search) == .noCitation)
    #expect(fault { $0.videoID = "other" } == .unknownSegment)
    #expect(fault { $0.segmentIndex = 3 } == .unknownSegment)
    #expect(fault { $0.segmentIndex = .max } == .unknownSegment)
    #expect(fault { $0.startMs = 1_001 } == .timesDiffer)
    #expect(fault { $0.endMs = 0 } == .timesDiffer)
    #expect(fault { $0.quote = "flat and rough" } == .quoteNotVerbatim)
    #expect(fault { $0.quote = "FLAT AND SMOOTH" } == .quoteNotVerbatim)
    #expect(fault { $0.quote = "" } == .quoteNotVerbatim)
    #expect(fault { $0.quote = " \n" } == .quoteNotVerbatim)
  }

  @Test("needs every citation of a sentence to be right")
  func every() {
    var wrong = Cases.citation(Cases.bread, 0)
    wrong.quote = "invented"
    let sentence = Cases.sentence("x", [Cases.citation(Cases.sheet, 0), wrong])
    #expect(SentenceFault.first(in: sentence, of: search) == .quoteNotVerbatim)
  }

  @Test("compares after NFKC with white space folded")
  func folding() {
    let text = FoldedText("Lay  it\r\nﬂat（now）\u{A0}e\u{301}")
    #expect(text.contains(FoldedText("it flat(now) é")))
    #expect(!text.contains(FoldedText("itflat")))
    #expect(!text.contains(FoldedText("")))
    #expect(!FoldedText("").contains(FoldedText("a")))
  }

  @Test("is a share of the grounded sentences published; general ones have nothing to verify")
  func share() {
    var highlight = Cases.answered([(Cases.sheet, 0), (Cases.sheet, 1), (Cases.sheet, 2)])
    highlight.sentences[1].citations[0].quote = "invented"
    highlight.sentences.append(
      Sentence.with {
        $0.text = "Sheets are square."
        $0.kind = .general
      })
    let report = EvaluationReport(
      [EvaluatedSearch(search: search, ending: .published(highlight))], name: "ours")
    #expect(report.counts.sentencesPublished == 3)
    #expect(report.counts.sentencesVerified == 2)
    #expect(report.counts.sentencesGeneral == 1)
    #expect(report.counts.verifiedShare == 2.0 / 3)
    #expect(report.counts.faults == ["quote_not_verbatim": 1])
  }

  @Test("takes a general answer as declined, and an answer of nothing as failed")
  func decisions() {
    func decision(_ change: (inout Highlight) -> Void) -> Decision {
      var highlight = Cases.answered([(Cases.sheet, 0)])
      change(&highlight)
      return EvaluatedSearch(search: search, ending: .published(highlight)).decision.0
    }
    #expect(decision { _ in } == .answered)
    #expect(decision { $0.sentences[0].kind = .general } == .declined)
    #expect(decision { $0.sentences = [] } == .failed)
    #expect(decision { $0.status = .withdrawn } == .failed)
    #expect(decision { $0.status = .unspecified } == .failed)
  }
}
