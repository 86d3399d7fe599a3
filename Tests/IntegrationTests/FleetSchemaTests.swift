import Foundation
import FoundationNetworking
import HighlightStore
import HighlightsProtocol
import Kafka
import KafkaWorker
import SwiftProtobuf
import TestSupport
import Testing

/// Fields 150 and 151, which no version of any message has yet: a number and a text.
private let laterFields: [UInt8] = [0xB0, 0x09, 0x2A, 0xBA, 0x09, 3] + Array("new".utf8)

extension FleetTests {
  @Test("a search of a later schema comes through forwarding, death and redrive byte for byte")
  func laterSearch() async throws {
    try await Fleet.run { fleet in
      let gateway = try await FleetGateway.start(latency: "5ms")
      try await gateway.set(#"{"faults":{"500":1}}"#)
      let worker = try fleet.summarizer(
        "a", gateway, ["worker.attempts=1", "gateway.attempts=1"])
      var video = Video()
      video.id = "v"
      var segment = Segment()
      segment.text = "Fold the sheet in thirds."
      segment.endMs = 900
      video.segments = [segment]
      var query = SearchQuery()
      query.queryID = "later"
      query.text = "how to fold a sheet"
      query.videos = [try Video(serializedBytes: video.serializedBytes() + laterFields)]
      let bytes: [UInt8] = try query.serializedBytes() + laterFields
      // Another's key, so it is forwarded; headers that nobody here knows go with it.
      let later = KafkaHeader("later_header", [0, 1, 255])
      _ = try await fleet.publish([
        KafkaProducerMessage(
          topic: "search.queries", key: Array("another's".utf8), value: bytes,
          headers: [KafkaHeader(HeaderName.contentType, "application/protobuf"), later])
      ])
      try await fleet.awaitOutcomes(of: 1)
      #expect(try await fleet.outcomes().map(\.result) == [.dead])
      try await gateway.set(#"{"faults":null}"#)
      let redriven = try await fleet.run(["dead-letters", "redrive"])
      #expect(redriven.output == "redriven 1 of 1 dead letters\n", "\(redriven)")
      _ = try await fleet.read("search.outcomes") { $0.count >= 2 }
      try await worker.drain()
      try await gateway.process.drain()

      #expect(try await fleet.outcomes().map(\.result) == [.dead, .answered])
      let passed = try await fleet.everything(in: "search.queries")
      // As it came, forwarded, and redriven.
      #expect(passed.count == 3)
      let letters = try await fleet.everything(in: "search.queries.dead")
      #expect(letters.count == 1)
      for record in passed + letters {
        #expect(record.value == bytes, "\(record.partition)@\(record.offset)")
        #expect(record.headers.contains(later))
      }
      #expect(passed.count { $0.headers.text("redriven_from") != nil } == 1)
      #expect(letters.first?.headers.text(HeaderName.forwarded) != nil)
    }
  }

  @Test("a highlight of a later schema is kept whole by the cache writer and the store")
  func laterHighlight() async throws {
    try await Fleet.run { fleet in
      var sentence = Sentence()
      sentence.text = "Fold it."
      sentence.kind = .UNRECOGNIZED(7)
      var highlight = Highlight()
      highlight.key = String(repeating: "a", count: 32)
      highlight.status = .UNRECOGNIZED(9)
      highlight.sentences = [
        try Sentence(serializedBytes: sentence.serializedBytes() + laterFields)
      ]
      highlight.generatedAt = UnixTime(milliseconds: 1_700_000_000_000).timestamp
      let bytes: [UInt8] = try highlight.serializedBytes() + laterFields
      var old = highlight
      old.key = String(repeating: "b", count: 32)
      old.status = .answered
      old.sentences = []
      let cache = try fleet.start("cache", ["cache.instance_id=c", "worker.assignor=range"])
      _ = try await fleet.publish([
        KafkaProducerMessage(
          topic: "search.highlights", key: Array(highlight.key.utf8), value: bytes),
        KafkaProducerMessage(
          topic: "search.highlights", key: Array(old.key.utf8), value: try old.serializedBytes()),
      ])
      let path = fleet.folder.appending(path: "store.sqlite").path
      try await poll("both to be stored") {
        guard FileManager.default.fileExists(atPath: path) else { return false }
        let result = try await fleet.run(["doctor", "--gateway", "http://127.0.0.1:1/v1"])
        return result.output.contains(": 2 highlights")
      }
      try await cache.drain()
      let store = try SQLiteHighlightStore(path: path)
      let kept = try await store.highlight(forKey: highlight.key)
      #expect(kept?.status == .UNRECOGNIZED(9))
      #expect(try kept?.serializedBytes() == bytes)
      #expect(try await store.highlight(forKey: old.key) == old)
      try await store.close()
    }
  }

  @Test("outcomes and control records of a later schema stop nobody who reads them")
  func laterRecords() async throws {
    try await Fleet.run { fleet in
      var outcome = Outcome()
      outcome.queryID = "later"
      outcome.result = .UNRECOGNIZED(99)
      var change = LaneSwitch()
      change.lane = "queries"
      change.paused = true
      _ = try await fleet.publish([
        KafkaProducerMessage(
          topic: "search.outcomes", key: [1], value: try outcome.serializedBytes() + laterFields),
        KafkaProducerMessage(
          topic: "search.control", key: Array("later/thing".utf8), value: laterFields),
        KafkaProducerMessage(
          topic: "search.control", key: Array("lane/queries".utf8),
          value: try change.serializedBytes() + laterFields),
      ])
      let spend = try await fleet.run(["spend"])
      #expect(spend.end == .exited(0) && !spend.errors.contains("are no outcomes"), "\(spend)")
      let gateway = try await FleetGateway.start()
      let worker = try fleet.summarizer("a", gateway)
      try await worker.says("queries paused by an operator")
      try await worker.drain()
      try await gateway.process.drain()
    }
  }
}

extension FleetGateway {
  /// Changes settings of the running simulator.
  func set(_ json: String) async throws {
    let url = try #require(URL(string: url.replacing(/v1$/, with: "admin/settings")))
    var request = URLRequest(url: url)
    request.httpMethod = "PATCH"
    request.httpBody = Data(json.utf8)
    let (data, response) = try await URLSession.shared.data(for: request)
    #expect(
      (response as? HTTPURLResponse)?.statusCode == 200, "\(String(decoding: data, as: UTF8.self))")
  }
}
