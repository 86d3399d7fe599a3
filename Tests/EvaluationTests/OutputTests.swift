import Foundation
import FoundationXML
import HighlightsProtocol
import SwiftProtobuf
import Testing

@testable import Evaluation

@Suite("Reports in text and HTML")
struct OutputTests {
  private let report = EvaluationReport(
    Cases.run, name: "ours", facts: [.init("model", "a & b")], gold: Cases.gold,
    injectionsObeyed: 0)

  @Test("show a run and the baselines in one table whose columns line up")
  func table() throws {
    let lines = TextReport(report).description.components(separatedBy: "\n")
    let head = try #require(lines.firstIndex { $0.hasPrefix("against gold") })
    #expect(lines[head].contains("ours  first segment  word overlap  word overlap ≥ 50 %"))
    let row = try #require(lines.first { $0.hasPrefix("answered precision") })
    #expect(row.count == lines[head].count)
    #expect(
      row.split(separator: "  ").map { $0.trimmingCharacters(in: .whitespaces) }.prefix(3)
        == ["answered precision", "50.0 %", "50.0 %"])
    let declined = try #require(lines.first { $0.hasPrefix("unanswerable declined") })
    #expect(declined.contains("1 of 3") && declined.contains("0 of 3"))
    #expect(lines.contains { $0.hasPrefix("declined precision") && $0.contains("–") })
    #expect(lines.first == "model: a & b")
  }

  @Test("write numbers as people read them, and a dash for what is undefined")
  func figures() {
    #expect(FigureText.percent(nil) == "–")
    #expect(FigureText.percent(0) == "0.0 %")
    #expect(FigureText.percent(2.0 / 3) == "66.7 %")
    #expect(FigureText.count(nil) == "–")
    #expect(FigureText.count(0) == "0")
    #expect(FigureText.count(999) == "999")
    #expect(FigureText.count(1_234_567) == "1,234,567")
    #expect(FigureText.count(-1_000) == "−1,000")
    #expect(FigureText.milliseconds(nil) == "–")
    #expect(FigureText.milliseconds(1.25) == "1.2 ms")
    #expect(FigureText.milliseconds(123.4) == "123 ms")
    #expect(FigureText.milliseconds(1_234) == "1.23 s")
    #expect(FigureText.milliseconds(12_340) == "12.3 s")
    #expect(FigureText.cost([:]) == "0")
    #expect(FigureText.cost(["USD": 1_500_000, "EUR": 20]) == "0.0000 EUR + 1.5000 USD")
    #expect(FigureText.value(-0.021, of: .citationF1, signed: true) == "−2.1 pp")
    #expect(FigureText.value(12, of: .tokens, signed: true) == "+12.0")
    #expect(FigureText.value(0, of: .tokens, signed: true) == "0.0")
  }

  @Test("rank reasons by how often, equals by name")
  func ranked() {
    #expect(TextReport.ranked(["b": 1, "a": 1, "c": 5]).map(\.0) == ["c", "a", "b"])
  }

  @Test("give a terminal nothing to obey")
  func terminal() {
    let hostile = EvaluationReport(
      Cases.run, name: "a\u{1B}[31m\u{202E}\nb", facts: [.init("prompt\u{7}", "\u{9B}2J")])
    let text = TextReport(hostile).description
    let scalars = text.unicodeScalars.filter { $0 != "\n" }
    #expect(scalars.allSatisfy { $0.properties.generalCategory != .control && $0 != "\u{202E}" })
  }

  @Test("are a page that needs nothing from elsewhere and runs nothing")
  func selfContained() throws {
    let comparison = try PairedComparison(before: report, after: report, resamples: 10)
    let html = HTMLReport(report, comparison: comparison).html
    for forbidden in [
      "<script", "<link", "<img", "<iframe", "src=", "href", "url(", "@import", "http:", "https:",
      "javascript:", "onload",
    ] {
      #expect(!html.contains(forbidden), "\(forbidden)")
    }
    #expect(html.contains("prefers-color-scheme: dark"))
    #expect(html.contains("default-src 'none'"))
    #expect(html.components(separatedBy: "<svg").count > 8)
    #expect(html.contains("a &amp; b"))
    #expect(isWellFormed(html))
  }

  @Test("escape what a text holds, and take only literals as markup")
  func escaping() {
    let text = "<b a=\"1\" c='2'>&amp;</b>\u{0}\u{1B}\u{202E}\u{2066}\u{FFFF}"
    let markup: Markup = "<p title=\"\(text)\">\(text)\(3)\("<hr />" as Markup)</p>"
    let escaped =
      "&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;amp;&lt;/b&gt;\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}"
    #expect(markup.source == "<p title=\"\(escaped)\">\(escaped)3<hr /></p>")
  }

  @Test("cut a text that is very long")
  func long() {
    let source = Markup.outside(String(repeating: "x", count: 100_000)).source
    #expect(source.count < 700)
    #expect(source.contains(" …</bdi>"))
  }

  @Test("list what went wrong first, and no more than was asked for")
  func listing() throws {
    let html = HTMLReport(report, listing: 3).html
    #expect(html.components(separatedBy: "<details>").count == 4)
    #expect(html.contains("3 of 6; what went wrong first"))
    let first = try #require(html.range(of: "gateway_down"))
    let second = try #require(html.range(of: "answered · not answerable"))
    #expect(first.lowerBound < second.lowerBound)
  }

  @Test("survive hostile text in every place there is")
  func hostile() throws {
    var texts = [
      "<script>alert(1)</script>", "\"><svg onload=alert(1)>", "]]>", "</style><script>", "{{7*7}}",
      "&lt;", "\u{202E}abc", "\u{0}", "\u{FFFE}", "</bdi></summary>",
    ]
    if SharedData.has("hostile/strings.jsonl") {
      texts += try SharedData.texts("hostile/strings.jsonl")
    }
    let run = texts.enumerated().map { index, text in
      let video = Cases.video(text, [text])
      var highlight = Cases.answered([(video, 0)])
      highlight.sentences[0].citations.append(Citation.with { $0.videoID = "no \(text)" })
      highlight.droppedSentences = [text: 1]
      return EvaluatedSearch(
        search: Cases.search("q\(index)", text, [video]), ending: .published(highlight),
        written: .sentences([WrittenSentence(text: "not \(text)")]), costMicros: 1, currency: text)
    }
    for name in texts.prefix(10) {
      let report = EvaluationReport(run, name: name, facts: [.init(name, name)])
      let comparison = try PairedComparison(before: report, after: report, resamples: 2)
      let html = HTMLReport(report, comparison: comparison, listing: 1_000).html
      #expect(isWellFormed(html), "\(name)")
      #expect(!html.contains("<script"))
      #expect(!html.contains("<svg onload"))
    }
  }

  /// Our pages are well-formed XML too, so that a tag left open, or one brought in, is found.
  private func isWellFormed(_ html: String) -> Bool {
    let parser = XMLParser(data: Data(html.utf8))
    let isParsed = parser.parse()
    if !isParsed { print(parser.lineNumber, parser.parserError.map { "\($0)" } ?? "") }
    return isParsed
  }
}
