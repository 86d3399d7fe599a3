import Foundation
import Testing

@testable import VideoCatalog

@Suite("The terms of a search")
struct SearchTermsTests {
  @Test(
    "are its words, however they are written, or pairs of letters where no spaces part words",
    arguments: [
      ("How to fold a sheet?", ["how", "to", "fold", "a", "sheet"]),
      ("STRASSE straße ﬁne", ["strasse", "fine"]),
      ("Ｆｕｌｌ－ｗｉｄｔｈ ４Ｋ", ["full", "width", "4k"]),
      ("jalapeño Jalapen\u{303}o JALAPENO", ["jalapeno"]),
      ("Ὀδυσσεύς ΟΔΥΣΣΕΥΣ", ["οδυσσευσ"]),
      ("أرز مَقلي", ["ارز", "مقلي"]),
      ("खीर कैसे बनाएँ", ["खीर", "कैसे", "बनाएँ"]),
      ("東京", ["東京"]), ("寿司の作り方", ["寿司", "司の", "の作", "作り", "り方"]),
      ("茶", ["茶"]), ("ｶﾞｽ", ["ガス"]), ("サーモン", ["サー", "ーモ", "モン"]),
      ("NHKニュース3分", ["nhk", "ニュ", "ュー", "ース", "3", "分"]),
      ("서울에서", ["서울", "울에", "에서"]), ("서울".decomposed, ["서울"]),
      ("ต้มไข่", ["ต้ม", "มไ", "ไข่"]), ("ปู", ["ปู"]),
      ("soft\u{AD}en zero\u{200D}width", ["soften", "zerowidth"]),
      ("ข้าว\u{200B}ผัด", ["ข้า", "าว", "ผัด"]),
    ])
  func searched(text: String, terms: [String]) {
    #expect(SearchTerms.searched(text) == terms)
  }

  @Test(
    "are none where there is neither letter nor digit",
    arguments: ["", " \t\n", "\0", "?!…", "\"'`*():^{}-", "🍕👩‍👩‍👧", "\u{301}\u{E49}", "\u{FEFF}"])
  func none(text: String) {
    #expect(SearchTerms.searched(text).isEmpty)
    #expect(SearchTerms.indexed(text).isEmpty)
  }

  @Test("are all among those of a video that says the same, its single letters too")
  func indexed() {
    #expect(
      SearchTerms.indexed("寿司 rice 茶") == ["寿", "司", "寿司", "rice", "茶"])
    for text in ["How to fold", "寿司の作り方", "서울에서", "ต้มไข่", "ខ្មែរ", "ဟင်း", "ເຂົ້າ"] {
      #expect(Set(SearchTerms.indexed(text)).isSuperset(of: SearchTerms.searched(text)))
    }
  }

  @Test("are bounded, in number and in length, and of a text of any length")
  func bounded() {
    let many = (0..<10_000).map { "w\($0)" }.joined(separator: " ")
    #expect(SearchTerms.searched(many).count == SearchTerms.searchedTerms)
    let long = String(repeating: "x", count: 1 << 20)
    #expect(
      SearchTerms.searched(long) == [String(repeating: "x", count: SearchTerms.wordLength)])
    #expect(SearchTerms.indexed(long) == SearchTerms.searched(long))
    let stacked = "ก" + String(repeating: "\u{E49}", count: 1_000)
    #expect(SearchTerms.searched(stacked).allSatisfy { $0.unicodeScalars.count <= 64 })
  }

  @Test("cannot be anything else for FTS5 than words")
  func quoted() {
    #expect(VideoTable.expression(["not", "a\"b"]) == "\"not\" OR \"a\"\"b\"")
  }
}

extension String {
  fileprivate var decomposed: String { decomposedStringWithCanonicalMapping }
}
