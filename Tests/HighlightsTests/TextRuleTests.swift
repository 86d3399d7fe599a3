import Testing

@testable import Highlights

@Suite struct TextRuleTests {
  @Test(
    "Addresses, handles, markup and control characters are unsafe",
    arguments: [
      "http://a.b", "HTTPS://x", "ｈｔｔｐ：／／ａ", "see www.x.de", "ftp://x", "javascript:alert(1)",
      "mailto:a", "[x](y)", "![x]", "```", "<b>bold</b>", "</p>", "<!--", "<script", "＜script＞",
      "&lt;b&gt;", "&#60;", "@maria", "a@example.org", "go to example.com", "bit.ly/abc",
      "ht\u{200B}tp://x", "a\u{0}b", "a\nb", "a\tb", "a\u{202E}b", "a\u{E0041}b", "a\u{2028}b",
      "a\u{9B}b",
    ])
  func unsafe(text: String) {
    #expect(UnsafeText.isUnsafe(text))
  }

  @Test(
    "Ordinary sentences are safe",
    arguments: [
      "Fold it. Then smooth it.", "a < b and c > d", "I <3 it", "2.5 cups/minute", "e.g. flour",
      "Node.js and/or Swift", "bake @ 180 °C", "50% (or so) [sic]", "नमस्ते दुनिया", "می‌خواهم", "👩‍👩‍👧 ok",
      "C# & F#", "at 10:30", "data: see below",
    ])
  func safe(text: String) {
    #expect(!UnsafeText.isUnsafe(text))
  }

  @Test(
    "Numbers have one form",
    arguments: [
      ("", []), ("none", []), ("7", ["7"]), ("007", ["7"]), ("0", ["0"]), ("1,000", ["1000"]),
      ("1,234,567.50", ["1234567.5"]), ("1.234.567,50", ["1234567.5"]), ("1.000.000", ["1000000"]),
      ("1,5", ["1.5"]), ("1.50", ["1.5"]), ("1.250 kg", ["1.25"]), ("10:30", ["10", "30"]),
      ("3-4, 5.", ["3", "4", "5"]), ("v1.2.3", ["1.2.3"]), ("٣٫٥", ["3.5"]), ("１２", ["12"]),
      ("½", ["1", "2"]), ("0,500", ["0.5"]), ("H2O", ["2"]), ("5..6", ["5", "6"]),
    ] as [(String, Set<String>)])
  func numbers(text: String, expected: Set<String>) {
    #expect(NumberSet.numbers(in: text) == expected)
  }

  @Test("A quote is found in time bounded by its segment, also when it nearly matches everywhere")
  func repetitive() {
    let matcher = QuoteMatcher(String(repeating: "a", count: 2_000))
    #expect(matcher.stretch(matching: String(repeating: "a", count: 1_000) + "b") == nil)
    #expect(matcher.stretch(matching: "aaa") == "aaa")
    #expect(matcher.stretch(matching: String(repeating: "a", count: 2_001)) == nil)
  }
}
