import Foundation
import FoundationNetworking
import HighlightsProtocol
import Kafka
import SwiftProtobuf
import TestSupport
import Testing

extension FleetTests {
  /// How many die: few in tests, more where somebody asks for it.
  private static let deaths =
    ProcessInfo.processInfo.environment["REDRIVE_COUNT"].flatMap { Int($0) } ?? 60
  /// Of these, how many are asked again and answered before the redrive.
  private static let askedAgain = 5

  /// Searches as lines of JSON, each with two videos.
  private func searches(_ numbers: some Sequence<Int>, id: String) -> String {
    numbers.map { number in
      let videos = [1, 2].map {
        #"{"id":"v\#($0)","title":"Folding","segments":[{"endMs":900,"text":"Fold sheet \#(number) in thirds, way \#($0)."}]}"#
      }
      return
        #"{"queryId":"\#(id)-\#(number)","text":"how to fold sheet \#(number)","locale":"en","videos":[\#(videos.joined(separator: ","))]}"#
    }.joined(separator: "\n")
  }

  private func publish(
    _ numbers: some Sequence<Int>, id: String, _ fleet: Fleet
  ) async throws {
    let file = fleet.folder.appending(path: "\(id).jsonl")
    try Data(searches(numbers, id: id).utf8).write(to: file)
    let result = try await fleet.run(["publish", file.path])
    #expect(result.end == .exited(0), "\(result)")
  }

  /// Waits until so many outcomes were written, those of one search counted each.
  private func outcomes(_ count: Int, _ fleet: Fleet) async throws -> [Outcome] {
    try await fleet.read("search.outcomes", limit: .seconds(120)) { $0.count >= count }
      .compactMap(\.outcome)
  }

  private func redrive(_ more: [String], _ fleet: Fleet) async throws -> [String: Int] {
    let result = try await fleet.run(["dead-letters", "redrive", "--json"] + more)
    #expect(result.end == .exited(0), "\(result)")
    return try JSONDecoder().decode([String: Int].self, from: Data(result.output.utf8))
  }

  @Test(
    "once their cause is mended, dead letters are redriven: all answered, none twice, newer results kept"
  )
  func redriveOfAll() async throws {
    let count = Self.deaths
    try await Fleet.run { fleet in
      let gateway = try await FleetGateway.start(latency: "5ms")
      // The cause: a limit that was set too low.
      let broken = try fleet.summarizer("a", gateway, ["highlights.videos_max=1"])
      try await publish(0..<count, id: "first", fleet)
      let dead = try await outcomes(count, fleet)
      #expect(dead.allSatisfy { $0.result == .dead && $0.reason == "too_many_videos" })
      try await broken.drain()
      let list = try await fleet.run(["dead-letters", "list"])
      #expect(list.output.contains("too_many_videos"), "\(list)")
      #expect(list.output.hasSuffix("\(count) dead letters in search.queries.dead\n"), "\(list)")

      // Mended. Some people asked again meanwhile.
      let mended = try fleet.summarizer("a", gateway)
      try await publish(0..<Self.askedAgain, id: "again", fleet)
      _ = try await outcomes(count + Self.askedAgain, fleet)
      let newer = try await highlights(fleet)

      let dry = try await redrive(["--dry-run"], fleet)
      let first = try await redrive([], fleet)
      #expect(dry["chosen"] == first["redriven"])
      #expect(first["redriven"] == count - Self.askedAgain, "\(first)")
      #expect(first["answered_since"] == Self.askedAgain, "\(first)")
      let second = try await redrive([], fleet)
      #expect(second["redriven"] == 0, "\(second)")
      var all = try await outcomes(2 * count, fleet)
      #expect(try await gateway.requests() == count)

      // An old search whose key has a fresh highlight ends unchanged, whoever sends it.
      let third = try await redrive(["--answered"], fleet)
      #expect(third["redriven"] == Self.askedAgain, "\(third)")
      all = try await outcomes(2 * count + Self.askedAgain, fleet)
      try await mended.drain()
      #expect(try await gateway.requests() == count, "something was paid twice")
      #expect(try await fleet.outcomes().count == all.count)
      for number in 0..<count {
        let ends = all.filter { $0.queryID == "first-\(number)" }.map(\.result)
        #expect(ends == [.dead, number < Self.askedAgain ? .unchanged : .answered], "\(number)")
      }
      let kept = try await highlights(fleet)
      #expect(kept.count == count)
      for (key, highlight) in newer { #expect(kept[key] == highlight) }
      try await gateway.process.drain()
    }
  }

  @Test(
    "a redrive that was killed is taken over after half a minute; at its end each was redriven once",
    .enabled(
      if: ProcessInfo.processInfo.environment["REDRIVE_COUNT"] != nil,
      "takes a minute: set REDRIVE_COUNT, to 1000 or so"))
  func redriveAfterKill() async throws {
    let count = Self.deaths
    try await Fleet.run { fleet in
      let gateway = try await FleetGateway.start()
      let worker = try fleet.summarizer("a", gateway, ["highlights.videos_max=1"])
      try await publish(0..<count, id: "first", fleet)
      _ = try await outcomes(count, fleet)
      try await worker.drain()
      try await gateway.process.drain()

      let killed = try HighlightsProcess.start(
        fleet.arguments(["dead-letters", "redrive", "--rate", "\(max(1, count / 10))"]))
      _ = try await fleet.read("search.queries") { $0.count >= count + count / 10 }
      killed.kill()
      _ = try await killed.wait(limit: .seconds(10))
      let refused = try await fleet.run(["dead-letters", "redrive"])
      #expect(refused.end == .exited(1) && refused.errors.contains("one at a time"), "\(refused)")
      try await poll("the redrive to be taken over", limit: .seconds(60)) {
        try await Task.sleep(for: .seconds(1))
        return try await fleet.run(["dead-letters", "redrive"]).end == .exited(0)
      }
      let sources = try await fleet.everything(in: "search.queries").compactMap {
        $0.headers.text("redriven_from")
      }
      #expect(sources.count == count)
      #expect(Set(sources).count == count, "some were redriven twice")
    }
  }

  /// The newest highlight of each key.
  private func highlights(_ fleet: Fleet) async throws -> [String: Highlight] {
    try await fleet.everything(in: "search.highlights").reduce(into: [:]) { highlights, record in
      let highlight = try Highlight(serializedBytes: record.value ?? [])
      highlights[highlight.key] = highlight
    }
  }

  @Test("a dead letter is shown whole, and purged once that is confirmed")
  func showAndPurge() async throws {
    try await Fleet.run { fleet in
      let gateway = try await FleetGateway.start()
      let worker = try fleet.summarizer("a", gateway, ["highlights.videos_max=1"])
      let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
      var query = SearchQuery()
      query.text = "how to fold \u{1B}[31ma sheet"
      query.videos = ["v1", "v2"].map { id in
        var video = Video()
        video.id = id
        return video
      }
      _ = try await fleet.publish([
        KafkaProducerMessage(
          topic: "search.queries", value: try query.serializedBytes(),
          headers: [KafkaHeader(HeaderName.traceParent, trace)]),
        KafkaProducerMessage(topic: "search.queries", value: [0xFF, 0xFF]),
      ])
      _ = try await outcomes(2, fleet)
      try await worker.drain()
      try await gateway.process.drain()

      let shown = try await fleet.run(["dead-letters", "show"])
      #expect(shown.end == .exited(0), "\(shown)")
      for words in [
        "died    too_many_videos: ", "trace   0af7651916cd43dd8448eb211c80319c",
        "how to fold", "died    malformed_message: ", "bytes   ffff", "from    search.queries[",
      ] {
        #expect(shown.output.contains(words), "\(words) in \(shown)")
      }
      #expect(!shown.output.contains("\u{1B}"))
      let none = try await fleet.run(["dead-letters", "list", "--reason", "nothing"])
      #expect(none.end == .exited(0) && none.output.hasPrefix("0 dead letters"), "\(none)")
      for wrong in [
        ["--since", "yesterday"], ["--since", "1h", "--until", "2h"], ["--offsets", "0:5-4"],
        ["--text", ""],
      ] {
        let result = try await fleet.run(["dead-letters", "list"] + wrong)
        #expect(result.end == .exited(64), "\(wrong): \(result)")
      }

      let unasked = try await fleet.run(["dead-letters", "purge"])
      #expect(unasked.end == .exited(64) && unasked.errors.contains("--yes"), "\(unasked)")
      #expect(unasked.errors.contains("Delete 2 dead letters"), "\(unasked)")
      let purged = try await fleet.run(["dead-letters", "purge", "--yes"])
      #expect(purged.output == "purged 2 of search.queries.dead\n", "\(purged)")
      let list = try await fleet.run(["dead-letters", "list"])
      #expect(list.output == "0 dead letters in search.queries.dead\n", "\(list)")
    }
  }
}
