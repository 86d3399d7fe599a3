import GatewaySimulator
import HighlightsProtocol
import Testing

@testable import HighlightsCommand

@Suite("A highlight as text")
struct HighlightTextTests {
  @Test("shows the answer, where it stands, and the videos")
  func answer() {
    let lines = HighlightText(highlight: sample("")).lines
    #expect(lines.first == "\u{201C}query\u{201D}  en")
    #expect(lines.contains("  sentence"))
    #expect(lines.contains("    ↳ @creator 1:05"))
    #expect(lines.contains("    2:00  title  @creator"))
  }

  @Test("says when it was written by the simulator")
  func simulator() {
    var highlight = sample("")
    #expect(HighlightText(highlight: highlight).lines.contains("  [label · served]"))
    highlight.provenance.modelServed = ExtractiveModel.name
    #expect(
      HighlightText(highlight: highlight).lines
        .contains("  [label · extractive simulator, not a language model]"))
  }

  @Test(
    "holds nothing that a terminal obeys, whichever field it came in",
    arguments: [
      "\u{1B}[2J", "\u{9B}2J", "\r", "\n", "\u{7}", "\u{8}", "\u{2028}", "\u{202E}", "\u{2066}",
    ],
    [Highlight.Status.answered, .noAnswer, .filtered, .withdrawn])
  func inert(evil: String, status: Highlight.Status) {
    var highlight = sample(evil)
    highlight.status = status
    let text = HighlightText(highlight: highlight).lines.joined()
    #expect(text.contains("query"))
    for scalar in text.unicodeScalars {
      #expect(scalar.properties.generalCategory != .control)
      #expect(!["\u{2028}", "\u{202E}", "\u{2066}"].contains(scalar))
    }
  }

  @Test("keeps letters of every script and the joiners of emoji")
  func kept() {
    for text in ["كيف", "नमस्ते", "👩‍👩‍👧", "e\u{301}", "می‌خواهم"] {
      #expect(HighlightText.plain(text) == text)
    }
  }

  @Test("gives times as minutes and seconds")
  func times() {
    #expect(
      [0, 999, 9_000, 60_000, 3_725_000].map(HighlightText.time) == [
        "0:00", "0:00", "0:09", "1:00", "62:05",
      ])
  }

  /// Every text field with `extra` in it; a citation of a video that is shown, and one that is not.
  private func sample(_ extra: String) -> Highlight {
    var highlight = Highlight()
    highlight.queryText = "query\(extra)"
    highlight.locale = "en\(extra)"
    highlight.status = .answered
    highlight.reason = "reason\(extra)"
    highlight.label = "label\(extra)"
    highlight.provenance.modelServed = "served\(extra)"
    highlight.droppedSentences = ["dropped\(extra)": 1]
    var card = VideoCard()
    card.id = "v"
    card.title = "title\(extra)"
    card.creator = "creator\(extra)"
    card.durationMs = 120_000
    highlight.videos = [card]
    var sentence = Sentence()
    sentence.text = "sentence\(extra)"
    sentence.citations = ["v", "gone\(extra)"].map { id in
      var citation = Citation()
      citation.videoID = id
      citation.startMs = 65_000
      return citation
    }
    highlight.sentences = [sentence]
    return highlight
  }
}
