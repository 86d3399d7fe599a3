import Foundation
import HighlightsProtocol
import Testing
import VideoCatalog

@Suite(
  "The catalogue of real how-to videos",
  .enabled(if: SharedData.has("howto/videos.jsonl"), "needs ../shared/data/howto"))
struct HowtoCatalogTests {
  @Test("finds a video that people judged right for nearly every search, most often first")
  func recall() async throws {
    let videos = try SharedData.videos("howto/videos.jsonl")
    let searches = try SharedData.searches("howto/queries.jsonl")
    try await withCatalog(videos) { catalog async throws in
      #expect(try await catalog.count() == 628)
      var (first, ten, found, relevant, whole) = (0, 0, 0, 0, 0)
      for search in searches {
        let right = Set(search.videos.map(\.id))
        let best = try await catalog.videos(for: search.text, locale: search.locale, limit: 10)
        #expect(best.count <= 10)
        #expect(Set(best.map(\.id)).count == best.count)
        let ids = best.map(\.id)
        first += ids.prefix(1).contains(where: right.contains) ? 1 : 0
        ten += ids.contains(where: right.contains) ? 1 : 0
        found += ids.count(where: right.contains)
        relevant += right.count
        whole += best.count { video in search.videos.contains(video) }
      }
      #expect(searches.count == 346)
      #expect(whole == found)
      print(
        "howto: recall@1 \(percent(first, searches.count)), recall@10 "
          + "\(percent(ten, searches.count)) of 346 searches, "
          + "\(percent(found, relevant)) of \(relevant) judged videos within the first ten")
      #expect(Double(ten) >= 0.95 * Double(searches.count))
      #expect(Double(first) >= 0.85 * Double(searches.count))
    }
  }

  @Test("is the same after all of them are inserted again, and ends empty when all are removed")
  func again() async throws {
    let videos = try SharedData.videos("howto/videos.jsonl")
    try await withCatalog(videos) { catalog async throws in
      #expect(try await catalog.insert(videos) == CatalogChange(unchanged: 628))
      #expect(try await catalog.count() == 628)
      #expect(try await catalog.remove(videos.map(\.id)) == 628)
      #expect(try await catalog.count() == 0)
      #expect(try await catalog.ids("how to make a mask") == [])
    }
  }

  private func percent(_ part: Int, _ whole: Int) -> String {
    String(format: "%.1f %%", 100 * Double(part) / Double(max(whole, 1)))
  }
}
