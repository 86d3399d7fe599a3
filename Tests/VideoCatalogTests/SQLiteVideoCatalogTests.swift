import Foundation
import GRDB
import HighlightsProtocol
import Testing
import VideoCatalog

@Suite("The video catalogue")
struct SQLiteVideoCatalogTests {
  @Test("gives back each video whole, the best first")
  func found() async throws {
    var sheet = video("sheet", "Fold a fitted sheet", says: "hold the corners", "fold it in")
    (sheet.caption, sheet.creator, sheet.language) = ("tidy", "home", "en")
    sheet.durationMs = 61_000
    try await withCatalog([video("rice", "Cook rice", says: "fold a towel over the lid"), sheet]) {
      catalog async throws in
      let found = try await catalog.videos(for: "fold a sheet", locale: "en", limit: 10)
      #expect(found.first == sheet)
      #expect(found.map(\.id) == ["sheet", "rice"])
      #expect(try await catalog.ids("fold a sheet", limit: 1) == ["sheet"])
      #expect(try await catalog.ids("fold a sheet", limit: 0) == [])
      #expect(try await catalog.ids("fold a sheet", limit: -1) == [])
      #expect(try await catalog.ids("bicycle") == [])
      #expect(try await catalog.count() == 2)
    }
  }

  @Test("counts a word of the title more than one of the caption, and that more than what is said")
  func columns() async throws {
    let videos = [
      video("segments", "one two", caption: "three four", says: "sourdough five"),
      video("title", "sourdough one", caption: "three four", says: "two five"),
      video("caption", "one two", caption: "sourdough three", says: "four five"),
      video("other", "one two", caption: "three four", says: "five six"),
      video("another", "one two", caption: "three four", says: "five six"),
      video("third", "one two", caption: "three four", says: "five six"),
      video("fourth", "one two", caption: "three four", says: "five six"),
    ]
    try await withCatalog(videos) { catalog async throws in
      #expect(try await catalog.ids("sourdough") == ["title", "caption", "segments"])
    }
  }

  @Test("puts those that fit equally well in the order in which they came")
  func ties() async throws {
    let videos = ["c", "a", "b"].map { video($0, "Tie a tie") }
    try await withCatalog(videos) { catalog async throws in
      #expect(try await catalog.ids("tie") == ["c", "a", "b"])
    }
  }

  @Test("finds something for words that stand in every video")
  func stopWords() async throws {
    let videos = (1...5).map { video("\($0)", "How to do the thing \($0)") }
    try await withCatalog(videos) { catalog async throws in
      #expect(try await catalog.ids("how to the").count == 5)
      #expect(try await catalog.ids("how do I do thing 4 ?").first == "4")
    }
  }

  @Test("is the same after the same videos were inserted again")
  func idempotent() async throws {
    let videos = (1...50).map { video("\($0)", "Video \($0)", says: "number \($0)") }
    try await withTemporaryFolder { folder in
      let path = folder + "/catalog.sqlite"
      let catalog = try SQLiteVideoCatalog(path: path)
      #expect(try await catalog.insert(videos) == CatalogChange(inserted: 50))
      let before = try rows(path)
      #expect(try await catalog.insert(videos) == CatalogChange(unchanged: 50))
      #expect(try await catalog.insert(videos.reversed()) == CatalogChange(unchanged: 50))
      #expect(try await catalog.count() == 50)
      #expect(try rows(path) == before)
      try await catalog.close()
    }
  }

  @Test("no longer finds a replaced video by its old words, nor a removed one")
  func replaced() async throws {
    let old = video("v", "Peel a mango", caption: "kitchen", says: "slice it", "マンゴー")
    try await withCatalog([old, video("w", "Ride a bicycle")]) { catalog async throws in
      let new = video("v", "Boil an egg", says: "seven minutes")
      #expect(try await catalog.insert([new]) == CatalogChange(replaced: 1))
      for word in ["peel", "mango", "kitchen", "slice", "マンゴー"] {
        #expect(try await catalog.ids(word) == [], "\(word)")
      }
      #expect(try await catalog.videos(for: "egg", locale: "", limit: 1) == [new])
      #expect(try await catalog.remove(["v", "missing", "v"]) == 1)
      #expect(try await catalog.ids("egg seven") == [])
      #expect(try await catalog.ids("bicycle") == ["w"])
      #expect(try await catalog.count() == 1)
      #expect(try await catalog.insert([old]) == CatalogChange(inserted: 1))
      #expect(try await catalog.ids("mango") == ["v"])
    }
  }

  @Test("takes the last of several videos with one id")
  func repeatedID() async throws {
    try await withCatalog { catalog async throws in
      let change = try await catalog.insert([video("v", "first"), video("v", "second")])
      #expect(change == CatalogChange(inserted: 1, replaced: 1))
      #expect(try await catalog.ids("first") == [])
      #expect(try await catalog.ids("second") == ["v"])
    }
  }

  @Test("takes no video that a search must not bring, nor any other of the same call")
  func rejected() async throws {
    var reversed = video("v", says: "one", "two")
    reversed.segments[1].endMs = 0
    let long = String(repeating: "é", count: 129)
    try await withCatalog { catalog async throws in
      for (video, rejection) in [
        (video(""), VideoRejection.emptyID),
        (video(long), .idTooLong(count: 258, allowed: 256)),
        (reversed, .segmentTimesReversed(segment: 1, startMs: 1_000, endMs: 0)),
      ] {
        await #expect(throws: rejection) {
          try await catalog.insert([HighlightsProtocol.Video.good, video])
        }
      }
      #expect(try await catalog.count() == 0)
    }
  }

  @Test("keeps its videos when it is closed, and is read while another writes")
  func reopened() async throws {
    try await withTemporaryFolder { folder in
      let path = folder + "/catalog.sqlite"
      let writer = try SQLiteVideoCatalog(path: path)
      try await writer.insert([video("v", "Boil an egg")])
      let reader = try SQLiteVideoCatalog(readingFrom: path)
      #expect(try await reader.ids("egg") == ["v"])
      try await writer.insert([video("w", "Fry an egg")])
      #expect(try await reader.ids("egg fry") == ["w", "v"])
      await #expect(throws: VideoCatalogError.self) { try await reader.insert([video("x")]) }
      try await reader.close()
      try await writer.close()
      await #expect(throws: VideoCatalogError.self) { try await writer.ids("egg") }
      let again = try SQLiteVideoCatalog(path: path)
      #expect(try await again.count() == 2)
      try await again.close()
    }
  }

  @Test("says what is wrong with a file that it cannot use")
  func unusable() async throws {
    try await withTemporaryFolder { folder in
      func reason(_ body: () throws(VideoCatalogError) -> SQLiteVideoCatalog) -> (
        VideoCatalogError.Reason?, String
      ) {
        do { _ = try body() } catch { return (error.reason, error.description) }
        return (nil, "")
      }
      let missing = folder + "/missing.sqlite"
      #expect(
        reason { () throws(VideoCatalogError) in try SQLiteVideoCatalog(readingFrom: missing) }
          == (
            .fileMissing,
            "Video catalogue \(missing): this file does not exist; make it with highlights ingest, "
              + "or change catalog.path."
          ))
      #expect(
        reason { () throws(VideoCatalogError) in try SQLiteVideoCatalog(path: "\(folder)/a/b") }.0
          == .folderMissing)
      let text = folder + "/text"
      try Data(String(repeating: "no database ", count: 500).utf8).write(
        to: URL(filePath: text))
      #expect(
        reason { () throws(VideoCatalogError) in try SQLiteVideoCatalog(path: text) }.0 == .corrupt)
      let empty = folder + "/empty"
      try await DatabaseQueue(path: empty).write { try $0.execute(sql: "CREATE TABLE other (id)") }
      #expect(
        reason { () throws(VideoCatalogError) in try SQLiteVideoCatalog(readingFrom: empty) }.0
          == .corrupt)
      let newer = folder + "/newer"
      try await SQLiteVideoCatalog(path: newer).close()
      try await DatabaseQueue(path: newer).write {
        try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('video-catalog-v99')")
      }
      #expect(
        reason { () throws(VideoCatalogError) in try SQLiteVideoCatalog(path: newer) }.0
          == .newerSchema)
    }
  }

  @Test("is made once by two that open a new file together")
  func together() async throws {
    try await withTemporaryFolder { folder in
      let path = folder + "/catalog.sqlite"
      let total = try await withThrowingTaskGroup(of: Int.self) { group in
        for number in 0..<4 {
          group.addTask {
            let catalog = try SQLiteVideoCatalog(path: path)
            let change = try await catalog.insert((0..<20).map { video("\(number)-\($0)", "x") })
            try await catalog.close()
            return change.inserted
          }
        }
        return try await group.reduce(0, +)
      }
      #expect(total == 80)
      let catalog = try SQLiteVideoCatalog(readingFrom: path)
      #expect(try await catalog.count() == 80)
      try await catalog.close()
    }
  }

  /// All that the file holds, read past the catalogue's own code.
  private func rows(_ path: String) throws -> [Row] {
    try DatabaseQueue(path: path).read { db in
      try Row.fetchAll(db, sql: "SELECT * FROM video ORDER BY number")
        + Row.fetchAll(db, sql: "SELECT rowid, * FROM video_terms ORDER BY rowid")
    }
  }
}

extension HighlightsProtocol.Video {
  fileprivate static let good = video("good", "good")
}
