import Foundation
import Highlights
import HighlightsProtocol
import SwiftProtobuf
import TestSupport
import Testing

extension FleetTests {
  @Test(
    "searches that kcat writes, with the right key, a wrong one or none, get a highlight and one outcome",
    .enabled(if: Kcat.isInstalled, "\(Kcat.howToInstall)"))
  func kcat() async throws {
    try await Fleet.run { fleet in
      let gateway = try await FleetGateway.start()
      let worker = try fleet.summarizer("a", gateway)
      let lines = try String(contentsOf: Fleet.samples, encoding: .utf8)
        .split(separator: "\n").map(String.init)
      let searches = try lines.map { try SearchQuery(jsonString: $0) }
      let keys = try searches.map {
        try Search($0, fallbackID: "none").key.description
      }
      for index in [2, 3, 4] { try await write([lines[index]], key: keys[index], to: fleet) }
      try await write(Array(lines[9...11]), key: nil, to: fleet)
      try await write(Array(lines[12...14]), key: "wrong", to: fleet)
      // Without an id of its own it is known by where it stood first.
      var nameless = searches[15]
      nameless.queryID = ""
      try await write([nameless.jsonString()], key: nil, to: fleet)

      try await fleet.awaitOutcomes(of: 10)
      try await worker.drain()
      try await gateway.process.drain()
      let sent = [2, 3, 4, 9, 10, 11, 12, 13, 14, 15]
      let outcomes = try await fleet.outcomes()
      #expect(outcomes.count == 10)
      #expect(Set(outcomes.map(\.queryID)).count == 10)
      #expect(outcomes.allSatisfy { $0.result == .answered }, "\(outcomes.map(\.reason))")
      #expect(outcomes.filter { $0.queryID.hasPrefix("search.queries/") }.map(\.key) == [keys[15]])
      for topic in ["search.highlights", "search.outcomes"] {
        let read = try await Kcat.run([
          "-C", "-b", fleet.bootstrapServers, "-t", topic, "-o", "beginning", "-e", "-q",
          "-f", "%k %S %h\n",
        ])
        let records = read.split(separator: "\n").map { $0.split(separator: " ") }
        #expect(records.map { String($0[0]) }.sorted() == sent.map { keys[$0] }.sorted())
        #expect(records.allSatisfy { Int($0[1]).map { $0 > 20 } == true }, "\(read)")
        #expect(records.allSatisfy { $0[2].contains("content-type=application/protobuf") })
      }
    }
  }

  private func write(_ lines: [String], key: String?, to fleet: Fleet) async throws {
    _ = try await Kcat.run(
      ["-P", "-b", fleet.bootstrapServers, "-t", "search.queries"]
        + ["-H", "content-type=application/json"] + (key.map { ["-k", $0] } ?? []),
      input: lines)
  }
}
