import Foundation
import HighlightsProtocol
import Testing
import VideoCatalog

@Suite("A hostile text")
struct HostileTextTests {
  @Test(
    "never makes a search fail",
    arguments: [
      "", " ", "\"", "\"\"\"", "'", "*", "-", "^", "a*", "^a", "title:a", "{title}:a", "a AND",
      "NOT", "NOT a", "OR OR", "NEAR(a b, 2)", "a NEAR b", "(a", "a)", "a + b", "-title:a", ";",
      "a'; DROP TABLE video; --", "\0", "a\0b", "\u{FFFD}", "\u{200B}", "\u{202E}gnp", "𝓪𝓫", "ﷺ",
      "rowid", "video_terms", "rank", "%", "_", "\\", "e\u{301}\u{301}\u{301}",
    ])
  func syntax(text: String) async throws {
    try await withCatalog([video("v", "a b ab")]) { catalog async throws in
      #expect(try await catalog.ids(text).count <= 1)
      #expect(try await catalog.count() == 1)
    }
  }

  @Test("of a million letters, words or marks ends, and finds what its beginning says")
  func large() async throws {
    try await withCatalog([video("v", "egg"), video("w", "寿司")]) { catalog async throws in
      for (part, id) in [("egg ", "v"), ("寿司", "w")] {
        let text = String(String(repeating: part, count: 1 << 20).prefix(1 << 20))
        #expect(try await catalog.ids(text) == [id])
      }
      for part in ["x", "\"", "\0", "\u{301}", "\u{E49}", "ก\u{E49}", "ﷺ", "👩‍👩‍👧", "OR ", "( "] {
        _ = try await catalog.ids(String(repeating: part, count: 1 << 18))
      }
    }
  }

  @Test(
    "of the collection of naughty strings is inserted, found where it has words, and removed",
    .enabled(
      if: SharedData.has("hostile/strings.jsonl"), "needs ../shared/data/hostile/strings.jsonl"))
  func collection() async throws {
    let texts = try SharedData.searches("hostile/strings.jsonl").map(\.text)
    #expect(texts.count == 515)
    try await withCatalog { catalog async throws in
      for text in texts { #expect(try await catalog.ids(text) == []) }
      let videos = texts.enumerated().map { number, text in
        video("\(number)", text, caption: text, says: text, text)
      }
      #expect(try await catalog.insert(videos) == CatalogChange(inserted: 515))
      var found = 0
      for text in texts {
        let best = try await catalog.videos(for: text, locale: text, limit: 20)
        found += best.contains { Array($0.title.utf8) == Array(text.utf8) } ? 1 : 0
        #expect(Set(best.map(\.id)).count == best.count)
      }
      print("naughty strings: \(found) of 515 found by their own text")
      #expect(found > 400)
      #expect(try await catalog.remove(videos.map(\.id)) == 515)
    }
  }

  @Test("may be an id")
  func ids() async throws {
    try await withCatalog { catalog async throws in
      for id in ["\0", "a\0b", "a\0c", "'", "\"", "é", "e\u{301}", "👩‍👩‍👧"] {
        #expect(try await catalog.insert([video(id, "egg")]).inserted == 1, "\(id)")
      }
      #expect(try await catalog.ids("egg").count == 8)
    }
  }
}
