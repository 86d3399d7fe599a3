import Foundation
import HighlightStore
import HighlightsProtocol
import TestSupport
import Testing

/// How every store finds the highlights of a video.
@Suite("Every highlight store, by video")
struct CitingConformanceTests {
  @Test("finds what cites a video or shows it, by variant", arguments: StoreKind.installed)
  func finds(kind: StoreKind) async throws {
    try await kind.withStore { store, _ in
      _ = try await store.apply([
        record("cites", citing: ["v", "w", "v"]), record("shows", offset: 1, showing: ["v"]),
        record("both", offset: 2, citing: ["v"], showing: ["v", "x"]), record("none", offset: 3),
        record("cites", topic: "search.highlights.b", variant: "b", citing: ["x"]),
      ])
      #expect(try await store.keys(citing: "v", variant: "") == ["both", "cites", "shows"])
      #expect(try await store.keys(citing: "w", variant: "") == ["cites"])
      #expect(try await store.keys(citing: "x", variant: "") == ["both"])
      #expect(try await store.keys(citing: "x", variant: "b") == ["cites"])
      #expect(try await store.keys(citing: "v", variant: "b") == [])
      #expect(try await store.keys(citing: "none", variant: "") == [])
    }
  }

  @Test(
    "follows what replaces a highlight, and not what is refused", arguments: StoreKind.installed)
  func follows(kind: StoreKind) async throws {
    try await kind.withStore { store, reopen in
      _ = try await store.apply([record(at: 1, citing: ["a", "b"])])
      _ = try await store.apply([record(at: 3, offset: 1, citing: ["b"], showing: ["c"])])
      _ = try await store.apply([record(at: 2, offset: 2, citing: ["d"])])
      for (video, keys) in [("a", []), ("b", ["k"]), ("c", ["k"]), ("d", [])] {
        #expect(try await store.keys(citing: video, variant: "") == keys, "\(video)")
      }
      try await store.close()
      let second = try reopen()
      #expect(try await second.keys(citing: "c", variant: "") == ["k"])
      try await second.close()
    }
  }

  @Test(
    "leaves out what is withdrawn, until it cites again after it was lifted",
    arguments: StoreKind.installed)
  func withdrawn(kind: StoreKind) async throws {
    try await kind.withStore { store, _ in
      _ = try await store.apply([
        record(citing: ["v"]), record(offset: 1, status: .withdrawn, citing: ["v"]),
      ])
      #expect(try await store.keys(citing: "v", variant: "") == [])
      _ = try await store.apply([record(offset: 2, status: .noAnswer, epoch: 2)])
      #expect(try await store.keys(citing: "v", variant: "") == [])
      _ = try await store.apply([record(at: 200, offset: 3, epoch: 2, citing: ["v"])])
      #expect(try await store.keys(citing: "v", variant: "") == ["k"])
    }
  }

  @Test("leaves out what has expired", arguments: StoreKind.installed)
  func expired(kind: StoreKind) async throws {
    let end: Int64 = 4_102_444_800
    let now: @Sendable () -> UnixTime = { UnixTime(seconds: end) }
    try await kind.withStore(now: now) { store, _ in
      _ = try await store.apply([
        record("past", expires: 1_000, citing: ["v"]),
        record("now", offset: 1, expires: end, citing: ["v"]),
        record("later", offset: 2, expires: end + 1, citing: ["v"]),
        record("never", offset: 3, citing: ["v"]),
        // What was lifted is not dropped, and yet not shown.
        record("lifted", offset: 4, expires: end, epoch: 2, citing: ["v"]),
      ])
      #expect(try await store.keys(citing: "v", variant: "") == ["later", "never"])
    }
  }

  @Test(
    "tells ids apart that only look alike, and takes long and hostile ones",
    arguments: StoreKind.installed)
  func hostile(kind: StoreKind) async throws {
    let long = String(repeating: "é", count: 32 * 1_024)
    let ids = [
      "", " ", "\0", "a", "a\0", "a\0b", "A", "\u{E9}", "e\u{301}", "'; DROP TABLE highlight; --",
      "a}:", "{a}", "a:b", "*", "hl:video:{a}:", "\r\n$1\r\n", "%00", "\u{202E}", long, long + "a",
    ]
    try await kind.withStore { store, _ in
      _ = try await store.apply(
        ids.enumerated().map { index, id in
          try record("k\(index)", offset: Int64(index), citing: [id])
        })
      for (index, id) in ids.enumerated() {
        #expect(try await store.keys(citing: id, variant: "") == ["k\(index)"], "\(id.prefix(40))")
      }
      #expect(try await store.count() == ids.count)
    }
  }

  @Test(
    "finds all keys of a video that very many cite, and of a batch applied again",
    arguments: StoreKind.installed)
  func many(kind: StoreKind) async throws {
    try await kind.withStore { store, _ in
      let batch = try (0..<2_500).map {
        try record("k\($0)", offset: Int64($0), citing: ["v"], showing: ["w\($0 % 2)"])
      }
      _ = try await store.apply(batch)
      _ = try await store.apply(batch)
      #expect(try await store.keys(citing: "v", variant: "").count == 2_500)
      #expect(try await store.keys(citing: "w1", variant: "").count == 1_250)
    }
  }

  @Test(
    "holds an index that says what the highlights say, after random records",
    arguments: StoreKind.installed)
  func equalsHighlights(kind: StoreKind) async throws {
    var generator = SeededGenerator(seed: 5)
    let records = try (0..<3_000).map { index in
      let epoch = UInt32(generator.oneIn(10) ? generator.below(4) : 0)
      return try record(
        "k\(generator.below(200))", at: Int64(generator.below(100)), offset: Int64(index),
        status: epoch.isMultiple(of: 2) ? .answered : .withdrawn, epoch: epoch,
        citing: (0..<generator.below(4)).map { _ in "v\(generator.below(20))" },
        showing: (0..<generator.below(4)).map { _ in "v\(generator.below(20))" })
    }
    try await kind.withStore { store, _ in
      for start in stride(from: 0, to: records.count, by: 250) {
        _ = try await store.apply(Array(records[start..<start + 250]))
      }
      let kept = try await store.highlights(forKeys: (0..<200).map { "k\($0)" })
      for video in (0..<20).map({ "v\($0)" }) {
        let expected = kept.filter { _, highlight in
          highlight.status != .withdrawn
            && (highlight.videos.contains { $0.id == video }
              || highlight.sentences.contains { $0.citations.contains { $0.videoID == video } })
        }
        #expect(try await store.keys(citing: video, variant: "") == expected.keys.sorted())
      }
    }
  }
}
