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
    #expect(matcher.match(String(repeating: "a", count: 1_000) + "b") == nil)
    #expect(matcher.match("aaa")?.quote == "aaa")
    #expect(matcher.match(String(repeating: "a", count: 2_001)) == nil)
  }

  @Test(
    "A number has the unit beside it",
    arguments: [
      ("10 min", "10 minute"), ("10-minute", "10 minute"), ("ten minutes", "10 minute"),
      ("180 degrees Celsius", "180 celsius"), ("180 ° C", "180 celsius"),
      ("10min", "10 minute"), ("$49.99", "49.99 dollar"), ("49.99 dollars", "49.99 dollar"),
      ("350°F", "350 fahrenheit"), ("180 °C", "180 celsius"), ("5 %", "5 percent"),
      ("1,000 g", "1000 gram"), ("€ 5", "5 euro"), ("two cups", "2 cup"), ("a cup", "1 cup"),
      ("one cup", "1 cup"), ("half foot", "0.5 foot"),
      ("11 cubic metres", "11 metre"),
    ])
  func measures(text: String, expected: String) {
    let measures = Quantities(text).measures.map { "\($0.number) \($0.unit)" }
    #expect(measures == [expected])
  }

  @Test(
    "A unit apart from its number is none", arguments: ["10. Minutes pass", "10, min", "cups"])
  func noMeasures(text: String) {
    #expect(Quantities(text).measures.isEmpty)
  }

  @Test(
    "Names are capitalised inside a sentence, or by letters inside, or of the calendar",
    arguments: [
      ("Ask Miller.", ["miller"]), ("ask Dr. Miller.", ["dr", "miller"]), ("Miller asks.", []),
      ("It ends. Then it begins.", []), ("iPhone users like it.", ["iphone"]),
      ("It opens on monday.", ["monday"]), ("Then I and I'll go.", []), ("USA today", ["usa"]),
    ] as [(String, [String])])
  func names(text: String, expected: [String]) throws {
    let english = try LanguageTag("en")
    #expect(Names.names(in: text, locale: english) == expected.map(Term.init(word:)))
  }

  @Test("Nouns are no names in German")
  func germanNames() throws {
    #expect(Names.names(in: "den Teig kneten", locale: try LanguageTag("de")).isEmpty)
  }

  @Test(
    "Words with English endings are one term",
    arguments: [
      ["bake", "bakes", "baked", "baking", "BAKING"], ["cut", "cuts", "cutting"],
      ["berry", "berries"], ["stir", "stirred", "stirring"], ["sheet", "sheet's", "sheets"],
      ["glass", "glass"], ["ＣＵＰ", "cup"],
    ])
  func stems(words: [String]) {
    #expect(Set(words.map(Term.init(word:))).count == 1)
  }

  @Test("Scripts without spaces are read in pairs of characters")
  func pairs() {
    func count(_ text: String) -> Int { TermReader.terms(of: text).count }
    #expect(count("寿司を作る") == 4)
    #expect(count("東") == 1)
    #expect(TermReader.terms(of: "東京の寿司").isSuperset(of: TermReader.terms(of: "寿司")))
    #expect(count("ทำส้มตำ") == 7)
    #expect(count("sushi 寿司 now") == 3)
  }

  @Test(
    "A text passes as its own language and not as plainly another",
    arguments: [
      ("en", "Fold it in half and then smooth it.", true),
      ("en", "Den Teig mit der Hand kneten und warten.", false),
      ("en", "Amasar la masa con las manos y esperar.", false),
      ("es", "Amasar la masa con las manos y esperar.", true), ("en", "Сложите простыню.", false),
      ("ru", "Сложите простыню.", true), ("ja", "シーツを半分に折ります。", true),
      ("ja", "把床单对折，然后抚平它。", false), ("zh", "把床单对折。", true),
      ("zh-TW", "シーツを半分に折ります。", false), ("ko", "시트를 반으로 접으세요.", true),
      ("th", "พับผ้าปูที่นอน", true), ("ar", "اطو الملاءة", true), ("hi", "चादर को मोड़ें", true),
      ("en", "Pasta al dente", true), ("und", "何でも", true), ("sw", "Kunja shuka", true),
      ("ja", "iPhone を買う", true), ("en", "180", true),
    ])
  func languages(locale: String, text: String, passes: Bool) throws {
    #expect(LanguageCheck.isPlausible(text, in: try LanguageTag(locale)) == passes)
  }
}
