import Testing

@testable import Highlights

@Suite struct NormalizedTextTests {
  @Test(
    "Searches that mean the same letters have one form",
    arguments: [
      ("  How  to\tFOLD\n", "how to fold"), ("ｆｏｌｄ　１", "fold 1"), ("Straße", "strasse"),
      ("STRASSE", "strasse"), ("ẞ", "ss"), ("Σίσυφος", "σίσυφοσ"), ("e\u{301}", "é"),
      ("ﬁnd", "find"), ("ｶﾞ", "ガ"), ("a\u{0}b\u{1F}c", "a b c"), ("sık", "sık"), ("SIK", "sik"),
      ("ᏸ", "Ᏸ"), ("½", "1⁄2"), ("\u{A0}x\u{2003}", "x"), ("ΐ", "ΐ"), ("ǰ", "ǰ"),
    ])
  func table(typed: String, expected: String) throws {
    let normalized = try NormalizedText(typed)
    #expect(
      Array(normalized.description.unicodeScalars) == Array(expected.unicodeScalars),
      "\(normalized)")
  }

  @Test(
    "Nothing to be seen is empty", arguments: ["", " ", "\n\t\u{0}", "\u{200B}\u{FEFF} \u{3000}"])
  func empty(text: String) {
    #expect(throws: NormalizedTextError.empty) { try NormalizedText(text) }
  }

  @Test("Length is counted in code points without the white space around")
  func length() throws {
    _ = try NormalizedText("  " + String(repeating: "é", count: 1_000) + "  ")
    #expect(throws: NormalizedTextError.tooLong(count: 1_001, allowed: 1_000)) {
      try NormalizedText(String(repeating: "é", count: 1_001))
    }
    #expect(throws: NormalizedTextError.tooLong(count: 5_001, allowed: 1_000)) {
      try NormalizedText("a" + String(repeating: "\u{301}", count: 5_000))
    }
  }

  @Test("Normalising every character twice gives the same as once")
  func fixedPointOfCharacters() throws {
    for value in UInt32(0x21)..<0x3_0000 {
      guard let scalar = Unicode.Scalar(value), value % 7 == 0 || value < 0x2600,
        let once = try? NormalizedText("x\(scalar)y")
      else { continue }
      let twice = try NormalizedText(once.description, limit: 100)
      #expect(Array(once.description.utf8) == Array(twice.description.utf8), "U+\(value)")
    }
  }

  @Test(
    "Normalising real searches in many scripts twice gives the same as once",
    .enabled(
      if: SharedData.has("multilingual/queries.jsonl"),
      "needs ../shared/data/multilingual/queries.jsonl"))
  func fixedPointOfSearches() throws {
    let texts = try SharedData.texts("multilingual/queries.jsonl")
    #expect(texts.count > 1_000)
    var changed = 0
    for text in texts {
      let once = try NormalizedText(text)
      let twice = try NormalizedText(once.description)
      #expect(once == twice && Array(once.description.utf8) == Array(twice.description.utf8))
      if TextFolding.compatibilityComposed(text).unicodeScalars.elementsEqual(text.unicodeScalars) {
        continue
      }
      changed += 1
    }
    #expect(changed > 1_000, "NFKC must have had something to do")
  }
}
