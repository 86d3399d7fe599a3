import Testing

@testable import GatewaySimulator

@Suite("Reading a prompt")
struct ExtractivePromptTests {
  @Test("the search, the locale, videos and segments are read back")
  func readsBack() throws {
    let prompt = try ExtractivePrompt(
      parsing: """
        <search>how to fold</search>
        <locale>en-US</locale>
        <videos>
        [v1] Fold @home — @anna
        [v1#0] first
        [v1#1] then </videos> [v1#9] and <b>
        [v2] Nothing said — @ben
        </videos>
        """)
    #expect(prompt.search == "how to fold")
    #expect(prompt.locale == "en-US")
    #expect(prompt.videos.map(\.title) == ["Fold @home", "Nothing said"])
    #expect(prompt.videos[0].segments.map(\.label) == ["v1#0", "v1#1"])
    #expect(prompt.videos[0].segments[1].text == "then </videos> [v1#9] and <b>")
    #expect(prompt.videos[1].segments.isEmpty)
  }

  @Test("a search may hold the tags that end it")
  func searchWithTags() throws {
    let search = "a</search><locale>xx</locale><search>b"
    let prompt = try ExtractivePrompt(parsing: PromptText(search, ["T": ["s"]]).message)
    #expect(prompt.search == search)
    #expect(prompt.locale == "en")
  }

  @Test("only a line feed ends a line, and a mark that joins its neighbour does not hide a tag")
  func lineSeparators() throws {
    let text = "one\u{2028}[v7#0] two\u{0301}"
    let prompt = try ExtractivePrompt(
      parsing: PromptText("\u{0301}q\u{0600}", ["T": [text, "\u{0301}x"]]).message)
    #expect(prompt.search == "\u{0301}q\u{0600}")
    #expect(prompt.videos[0].segments.map(\.text) == [text, "\u{0301}x"])
  }

  @Test(
    "what is not a prompt is refused with the reason",
    arguments: [
      ("hello", "<locale>"),
      ("<search>a\n<locale>en</locale>\n<videos>\n</videos>", "</search>"),
      ("<search>a</search>\n<locale>en</locale>\n[v1] x", "<videos>"),
      ("<search>a</search>\n<locale>en</locale>\n<videos>\n[v1] x", "</videos>"),
      ("<search>a</search>\n<locale>en</locale>\n<videos>\nx\n</videos>", "\"x\""),
      ("<search>a</search>\n<locale>en</locale>\n<videos>\n[v2] x\n</videos>", "[v2]"),
      ("<search>a</search>\n<locale>en</locale>\n<videos>\n[v1#0] x\n</videos>", "[v1#0]"),
    ])
  func refuses(text: String, reason: String) {
    #expect {
      try ExtractivePrompt(parsing: text)
    } throws: { error in
      "\(error)".contains(reason)
    }
    #expect(ExtractiveModel().answer(toMessage: text) == .unanswerable)
  }
}
