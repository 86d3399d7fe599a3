import Foundation
import HighlightsProtocol
import Kafka
import SwiftProtobuf
import TestSupport
import Testing

extension UpTests {
  @Test(
    "answers searches without videos from the catalogue that ingest filled",
    .enabled(if: SharedData.has("howto"), SharedData.absent))
  func catalogue() async throws {
    try await Up.inFolder { up in
      let catalog = up.folder.appending(path: "catalog.sqlite").path
      let videos = SharedData.url("howto/videos.jsonl")
      for (inserted, unchanged) in [(628, 0), (0, 628)] {
        let ingested = try await HighlightsProcess.run(
          ["ingest", videos.path, "--catalog", catalog, "--json"])
        #expect(ingested.end == .exited(0), "\(ingested)")
        #expect(
          ingested.output
            == #"{"inserted":\#(inserted),"refused":0,"replaced":0,"unchanged":\#(unchanged),"#
            + #""videos":628}"# + "\n")
      }

      let queries = try SearchQuery.lines(of: SharedData.url("howto/queries.jsonl"))
      let bare = try up.write(
        queries.map { query in
          var query = query
          query.videos = []
          return query
        })
      let result = try await up.run(bare, ["--quiet", "--catalog", catalog])
      #expect(result.end == .exited(0), "\(result)")
      let report = try up.numbers()
      #expect(report.outcomes == 346)
      #expect(report.dead == 0)
      #expect(report.answered > 173)
      try up.checkCitations(of: videos)

      let without = try await up.run(bare, ["--quiet"])
      #expect(without.end == .exited(0), "\(without)")
      #expect(try up.numbers().answered == 0)
    }
  }

  @Test("sends only as many videos of the catalogue as a message holds, and says so")
  func messageSize() async throws {
    try await Up.inFolder { up in
      let segment = #"{"endMs":1000,"text":"boil the egg in water for long"}"#
      let segments = Array(repeating: segment, count: 26).joined(separator: ",")
      let catalog = try await up.ingest(
        (1...5).map { #"{"id":"v\#($0)","title":"Boil an egg","segments":[\#(segments)]}"# })
      let file = up.folder.appending(path: "egg.jsonl")
      try Data(#"{"queryId":"q","text":"how to boil an egg","locale":"en"}"#.utf8).write(to: file)
      let result = try await up.run(
        file, ["--quiet", "--catalog", catalog], settings: ["kafka.message_max_bytes=4KiB"])
      #expect(result.end == .exited(0), "\(result)")
      #expect(
        result.errors.contains("line 1: the last 2 of 5 videos of the catalogue left out"),
        "\(result)")
      #expect(try up.numbers().answered == 1)
    }
  }

  @Test("ends with an error when the catalogue fails, and publishes nothing without videos instead")
  func failingCatalogue() async throws {
    try await Up.inFolder { up in
      let file = up.folder.appending(path: "one.jsonl")
      try Data(#"{"text":"sheets"}"#.utf8).write(to: file)
      let missing = up.folder.appending(path: "missing.sqlite").path
      let none = try await up.run(file, ["--catalog", missing])
      #expect(none.end == .exited(1), "\(none)")
      #expect(none.errors.contains("Video catalogue \(missing): this file does not exist"))

      let closed = "http://127.0.0.1:\(try LoopbackPort.free())/videos"
      let unreachable = try await up.run(file, settings: ["catalog.url=\(closed)"])
      #expect(unreachable.end == .exited(1), "\(unreachable)")
      #expect(unreachable.errors.contains("line 1: neither it nor any line after it"))
      #expect(unreachable.errors.contains("Video search \(closed): no connection: "))
      #expect(try up.highlights().isEmpty)
    }
  }

  @Test("ingest names each line it refuses and keeps the others")
  func ingestion() async throws {
    try await Up.inFolder { up in
      let lines = [
        #"{"id":"first","title":"one"}"#, #"{"id":"cut","ti"#, "", #"{"title":"without an id"}"#,
        #"{"id":"times","segments":[{"startMs":2,"endMs":1}]}"#, #"{"id":"first","title":"two"}"#,
      ]
      let file = up.folder.appending(path: "videos.jsonl")
      try Data(lines.joined(separator: "\n").utf8).write(to: file)
      let catalog = up.folder.appending(path: "catalog.sqlite").path
      let result = try await HighlightsProcess.run(
        ["ingest", "-", "--catalog", catalog], standardInput: file)
      #expect(result.end == .exited(1), "\(result)")
      #expect(
        result.output
          == "inserted 1, replaced 1, unchanged 0, refused 3; \(catalog) holds 1 videos\n")
      let said = result.errors.split(separator: "\n").filter { $0.hasPrefix("line ") }
      #expect(said.map { $0.prefix(7) } == ["line 2:", "line 4:", "line 5:"], "\(result)")

      let nowhere = try await HighlightsProcess.run(["ingest", file.path])
      #expect(nowhere.end == .exited(64), "\(nowhere)")
    }
  }
}

extension FleetTests {
  @Test("publish gives searches without videos those of the catalogue, as many as a message holds")
  func publishFromCatalogue() async throws {
    try await Fleet.run { fleet in
      let catalog = try await Up(folder: fleet.folder).ingest(
        (1...5).map { #"{"id":"v\#($0)","title":"Boil an egg","caption":"\#(large)"}"# })
      let file = fleet.folder.appending(path: "searches.jsonl")
      let lines = [
        #"{"queryId":"own","text":"boil an egg","videos":[{"id":"mine"}]}"#,
        #"{"queryId":"bare","text":"how do I boil eggs?"}"#, #"{"queryId":"empty","text":" "}"#,
        #"{"queryId":"none","text":"bicycle"}"#,
      ]
      try Data(lines.joined(separator: "\n").utf8).write(to: file)
      let result = try await fleet.run(
        ["publish", file.path, "--catalog", catalog], ["kafka.message_max_bytes=4KiB"])
      #expect(result.end == .exited(1), "\(result)")
      #expect(
        result.errors.contains("line 2: the last 2 of 5 videos of the catalogue left out"),
        "\(result)")
      #expect(
        result.errors.hasSuffix(
          "the catalogue had videos for 1 of 2 searches\npublished 3 searches, refused 1\n"),
        "\(result)")
      let published = try await fleet.everything(in: "search.queries").map {
        try SearchQuery(serializedBytes: $0.value ?? [])
      }
      let videos = Dictionary(
        uniqueKeysWithValues: published.map { ($0.queryID, $0.videos.map(\.id)) })
      #expect(videos == ["own": ["mine"], "bare": ["v1", "v2", "v3"], "none": []])
    }
  }

  private var large: String { String(repeating: "seven minutes in water, ", count: 42) }
}

extension Up {
  fileprivate func write(_ queries: [SearchQuery]) throws -> URL {
    let file = folder.appending(path: "\(UUID()).jsonl")
    try Data(try queries.map { try $0.jsonString() + "\n" }.joined().utf8).write(to: file)
    return file
  }

  /// Puts videos into a new catalogue.
  fileprivate func ingest(_ lines: [String]) async throws -> String {
    let (file, catalog) = (
      folder.appending(path: "videos.jsonl"), folder.appending(path: "catalog.sqlite").path
    )
    try Data(lines.joined(separator: "\n").utf8).write(to: file)
    let result = try await HighlightsProcess.run(["ingest", file.path, "--catalog", catalog])
    #expect(result.end == .exited(0), "\(result)")
    return catalog
  }

  /// Expects every citation of the highlights to stand in a video of the catalogue's file.
  fileprivate func checkCitations(of file: URL) throws {
    let lines = try Data(contentsOf: file).split(separator: UInt8(ascii: "\n"))
    let videos = Dictionary(
      uniqueKeysWithValues: try lines.map { try Video(jsonUTF8Bytes: $0) }.map { ($0.id, $0) })
    let citations = try highlights().flatMap(\.sentences).flatMap(\.citations)
    #expect(citations.count > 173)
    for citation in citations {
      let segments = videos[citation.videoID]?.segments ?? []
      guard segments.indices.contains(Int(citation.segmentIndex)) else {
        Issue.record("no segment \(citation.segmentIndex) in video \(citation.videoID)")
        continue
      }
      #expect(segments[Int(citation.segmentIndex)].text.contains(citation.quote))
    }
  }
}
