import Foundation
import HighlightsProtocol
import Kafka
import SwiftProtobuf
import TestSupport
import Testing

extension FleetTests {
  @Test("publish names each line it refuses and publishes the others")
  func publish() async throws {
    try await Fleet.run { fleet in
      let video = #"{"id":"v","segments":[{"text":"\#(String(repeating: "x", count: 400_000))"}]}"#
      let lines = [
        #"{"queryId":"first","text":"one"}"#,
        #"{"queryId":"cut","te"#,
        "",
        #"{"queryId":"empty","text":""}"#,
        #"{"queryId":"large","text":"large","videos":[\#(video)]}"#,
        #"{"queryId":"locale","text":"a","locale":"en US!"}"#,
        #"{"text":"without an id"}"# + "\r",
        #"{"queryId":"last","text":"two","unknownField":1}"#,
      ]
      let file = fleet.folder.appending(path: "searches.jsonl")
      try Data(lines.joined(separator: "\n").utf8).write(to: file)
      let result = try await fleet.run(
        ["publish", "--print-ids", file.path], ["kafka.message_max_bytes=300KiB"])
      #expect(result.end == .exited(1), "\(result)")
      let ids = result.output.split(separator: "\n").map(String.init)
      #expect(ids.count == 3)
      #expect(ids.first == "first")
      #expect(ids.last == "last")
      let said = result.errors.split(separator: "\n")
      for (line, why) in [
        (2, "the bytes are not a highlights.v1.SearchQuery"), (4, "empty"),
        (5, "MSG_SIZE_TOO_LARGE"), (6, "en US!"),
      ] {
        #expect(
          said.contains { $0.hasPrefix("line \(line): ") && $0.contains(why) }, "\(result)")
      }
      #expect(said.count { $0.hasPrefix("line ") } == 4, "\(result)")
      #expect(said.last == "published 3 searches, refused 4")
      let published = try await fleet.everything(in: "search.queries").map {
        try SearchQuery(serializedBytes: $0.value ?? [])
      }
      #expect(published.map(\.queryID).sorted() == ids.sorted())
      #expect(Set(published.map(\.text)) == ["one", "two", "without an id"])
    }
  }

  @Test("publish of a file that is not there says so")
  func missingFile() async throws {
    let result = try await HighlightsProcess.run(["publish", "/nonexistent/searches.jsonl"])
    #expect(result.end == .exited(1), "\(result)")
    #expect(result.errors.contains("/nonexistent/searches.jsonl cannot be read"), "\(result)")
  }
}
