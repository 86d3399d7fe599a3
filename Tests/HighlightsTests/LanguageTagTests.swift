import Highlights
import Testing

@Suite struct LanguageTagTests {
  @Test(
    "A well-formed tag gets its canonical case",
    arguments: [
      ("", "und"), ("und", "und"), ("EN", "en"), ("en-us", "en-US"), ("ZH-hant-tw", "zh-Hant-TW"),
      ("es-419", "es-419"), ("sl-ROZAJ-biske", "sl-rozaj-biske"), ("de-CH-1901", "de-CH-1901"),
      ("zh-cmn-Hans-CN", "zh-cmn-Hans-CN"), ("EN-us-U-ca-Gregory-X-Me", "en-US-u-ca-gregory-x-me"),
      ("X-whatever", "x-whatever"), ("I-KLINGON", "i-klingon"), ("en-gb-OED", "en-GB-oed"),
      ("de-a-value-b-other", "de-a-value-b-other"), ("art-lojban", "art-lojban"),
    ])
  func canonical(tag: String, expected: String) throws {
    #expect(try LanguageTag(tag).description == expected)
  }

  @Test(
    "What the grammar does not produce is refused",
    arguments: [
      "e", "en_US", "en-", "-en", "en--US", "en US", "en-US-", "x", "en-x", "en-u", "en-u-x-a",
      "de-1901-1901", "en-a-bb-a-cc", "en-US-GB", "abcdefghi", "en-12", "français", "en-ſa", " en",
      "i-nothing", "12", "en-Latn-Latn",
    ])
  func invalid(tag: String) {
    #expect(throws: LanguageTagError.self) { try LanguageTag(tag) }
  }

  @Test("A very long tag is refused and named in part")
  func bounded() {
    let tag = "en" + String(repeating: "-x12345", count: 1_000)
    let error = #expect(throws: LanguageTagError.self) { try LanguageTag(tag) }
    #expect(error?.value.count == 80)
  }
}
