import Foundation
import HighlightsProtocol
import Kafka
import SwiftProtobuf
import Synchronization
import Testing
import VideoCatalog

@testable import HighlightsCommand

@Suite("Outgoing searches")
struct OutgoingQueriesTests {
  @Test("that bring no videos are given those the catalogue finds; others are left alone")
  func given() async throws {
    let catalog = StubCatalog { text in (0..<12).map { video("\(text)-\($0)") } }
    let groups = try await queries(
      [
        #"{"queryId":"bare","text":"a","locale":"de"}"#,
        #"{"queryId":"own","text":"b","videos":[{"id":"mine"}]}"#,
        #"{"text":"c"}"#,
      ], catalog)
    let sent = try sent(groups)
    #expect(sent[0].videos.map(\.id) == (0..<10).map { "a-\($0)" })
    #expect((sent[0].queryID, sent[0].text, sent[0].locale) == ("bare", "a", "de"))
    #expect(sent[1].videos.map(\.id) == ["mine"])
    #expect(sent[2].videos.count == 10)
    #expect(!sent[2].queryID.isEmpty)
    #expect(
      catalog.asked.sorted { $0.text < $1.text } == [.init("a", "de", 10), .init("c", "", 10)])
    let outgoing = try groups.flatMap(\.ready).map { try $0.result.get() }
    #expect(
      outgoing.map(\.found) == [
        .init(brought: 10, leftOut: 0), nil, .init(brought: 10, leftOut: 0),
      ])
    #expect(outgoing.map(\.message.key).allSatisfy { $0 != nil })
    #expect(outgoing[2].id == sent[2].queryID)
  }

  @Test("for which nothing is found go out without videos")
  func nothing() async throws {
    let groups = try await queries([#"{"text":"a"}"#], StubCatalog { _ in [] })
    #expect(try sent(groups).map(\.videos) == [[]])
    #expect(try groups[0].ready[0].result.get().found == .init(brought: 0, leftOut: 0))
  }

  @Test("are as they are where no catalogue is configured")
  func none() async throws {
    let groups = try await queries([#"{"text":"a"}"#, #"{"text":"b"}"#], nil)
    #expect(try sent(groups).map(\.videos) == [[], []])
    #expect(try groups.flatMap(\.ready).allSatisfy { try $0.result.get().found == nil })
  }

  @Test("end where the catalogue fails, with all before it ready and none after it")
  func failure() async throws {
    let catalog = StubCatalog { text in
      if text == "20" { throw StubCatalog.Failure() }
      return [video(text)]
    }
    let groups = try await queries((1...60).map { #"{"text":"\#($0)"}"# }, catalog)
    #expect(try sent(groups).map(\.text) == (1...19).map(String.init))
    #expect(groups.dropLast().allSatisfy { $0.failure == nil })
    let failure = try #require(groups.last?.failure)
    #expect(failure.line == 20)
    #expect(failure.description.hasPrefix("line 20: neither it nor any line after it"))
    #expect(failure.description.hasSuffix("the stub failed"))
    #expect(catalog.asked.count <= 2 * OutgoingQueries.atOnce)
  }

  @Test("stay in their order, and only a few ask the catalogue at once")
  func order() async throws {
    let running = Mutex((now: 0, most: 0))
    let catalog = StubCatalog { text in
      running.withLock { running in
        running.now += 1
        running.most = max(running.most, running.now)
      }
      for _ in 0..<(Int(text) ?? 0) % 7 { await Task.yield() }
      running.withLock { $0.now -= 1 }
      return [video(text)]
    }
    let groups = try await queries((1...100).map { #"{"text":"\#($0)"}"# }, catalog)
    #expect(groups.flatMap(\.ready).map(\.line) == Array(1...100))
    #expect(try sent(groups).map(\.text) == (1...100).map(String.init))
    #expect(try sent(groups).allSatisfy { $0.videos.map(\.id) == [$0.text] })
    #expect(running.withLock { $0.most } <= OutgoingQueries.atOnce)
    #expect(groups.allSatisfy { $0.ready.count <= OutgoingQueries.atOnce })
  }

  @Test("that no worker could take do not ask the catalogue, checked or not")
  func unusable() async throws {
    let lines = [#"{"text":""}"#, "{", #"{"text":"a","locale":"en US!"}"#, #"{"text":"b"}"#]
    for checks in [true, false] {
      let catalog = StubCatalog { _ in [video("v")] }
      let groups = try await queries(lines, catalog, checks: checks)
      #expect(catalog.asked.map(\.text) == ["b"])
      let results = groups.flatMap(\.ready).map(\.result)
      #expect(results.map { (try? $0.get()) != nil } == [!checks, !checks, !checks, true])
    }
  }

  @Test("leave out the last videos that there is no room for, and say so")
  func room() async throws {
    let catalog = StubCatalog { _ in (1...5).map { video("v\($0)", letters: 1_000) } }
    let maxBytes = 4_096
    let groups = try await queries(
      [#"{"text":"a"}"#], catalog, [("kafka.message_max_bytes", "4KiB")])
    let outgoing = try groups[0].ready[0].result.get()
    #expect(try sent(groups)[0].videos.map(\.id) == ["v1", "v2", "v3"])
    #expect(outgoing.found == .init(brought: 3, leftOut: 2))
    #expect(outgoing.bytes <= maxBytes && outgoing.bytes > maxBytes - 1_200)
    #expect(outgoing.remark(line: 7)?.hasPrefix("line 7: the last 2 of 5 videos") == true)
    let all = try await queries([#"{"text":"a"}"#], catalog)[0].ready[0].result.get()
    #expect(all.found == .init(brought: 5, leftOut: 0))
    #expect(all.remark(line: 7) == nil)
  }

  @Test("leave out the videos with which they would have too many segments")
  func segments() async throws {
    let catalog = StubCatalog { _ in (1...5).map { video("v\($0)", letters: 1, segments: 4) } }
    let groups = try await queries(
      [#"{"text":"a"}"#], catalog, [("highlights.segments_max", "10")])
    #expect(try sent(groups)[0].videos.map(\.id) == ["v1", "v2"])
    #expect(try groups[0].ready[0].result.get().found == .init(brought: 2, leftOut: 3))
  }

  @Test("are given no video twice, nor more than were asked for")
  func repeated() async throws {
    let catalog = StubCatalog { _ in
      ["\u{E9}", "e\u{301}", "b", "b", "c"].map { video($0) }
    }
    let groups = try await queries([#"{"text":"a"}"#], catalog, [("catalog.videos", "4")])
    #expect(try sent(groups)[0].videos.map(\.id) == ["\u{E9}", "b"])
  }

  // MARK: Lines, groups and what was sent

  private func queries(
    _ lines: [String], _ catalog: StubCatalog?, _ overrides: [(String, String)] = [],
    checks: Bool = true
  ) async throws -> [OutgoingQueries.Group] {
    let settings = try LoadedConfiguration(overrides: overrides, environment: [:]).settings
    let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).jsonl")
    defer { try? FileManager.default.removeItem(at: file) }
    try Data(lines.joined(separator: "\n").utf8).write(to: file)
    var queries = OutgoingQueries(
      try QueryLines(path: file.path), .init(checks: checks, settings),
      finder: catalog.map { VideoFinder($0, count: settings.catalog.videos) })
    var groups: [OutgoingQueries.Group] = []
    while let group = await queries.next() { groups.append(group) }
    return groups
  }

  private func sent(_ groups: [OutgoingQueries.Group]) throws -> [SearchQuery] {
    try groups.flatMap(\.ready).map { _, result in
      try SearchQuery(serializedBytes: result.get().message.value ?? [])
    }
  }
}

/// A catalogue that finds what a test says, and keeps what it was asked.
private final class StubCatalog: VideoSearch {
  struct Failure: Error, CustomStringConvertible {
    var description: String { "the stub failed" }
  }

  struct Question: Sendable, Hashable {
    let text: String
    let locale: String
    let limit: Int

    init(_ text: String, _ locale: String, _ limit: Int) {
      (self.text, self.locale, self.limit) = (text, locale, limit)
    }
  }

  private let find: @Sendable (String) async throws -> [Video]
  private let questions = Mutex<[Question]>([])

  init(_ find: @escaping @Sendable (String) async throws -> [Video]) { self.find = find }

  var asked: [Question] { questions.withLock { $0 } }

  func videos(for text: String, locale: String, limit: Int) async throws -> [Video] {
    questions.withLock { $0.append(Question(text, locale, limit)) }
    return try await find(text)
  }
}

private func video(_ id: String, letters: Int = 1, segments: Int = 1) -> Video {
  var video = Video()
  video.id = id
  var segment = Segment()
  segment.text = String(repeating: "x", count: letters)
  video.segments = Array(repeating: segment, count: segments)
  return video
}
