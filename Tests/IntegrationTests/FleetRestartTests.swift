import Foundation
import Highlights
import HighlightsProtocol
import Kafka
import SwiftProtobuf
import TestSupport
import Testing

extension FleetTests {
  @Test("every published search has one outcome and one call, also when a worker is restarted")
  func restart() async throws {
    try await Fleet.run { fleet in
      let gateway = try await FleetGateway.start(latency: "250ms")
      // One after the other in each partition, so that the restart meets a search in flight and others that
      // wait.
      let slow = ["worker.in_flight_per_partition=1"]
      let a = try fleet.summarizer("a", gateway, slow)
      let b = try fleet.summarizer("b", gateway, slow)
      let cache = try fleet.start("cache", ["cache.instance_id=c", "worker.assignor=range"])
      let shares = try await shares(fleet)
      #expect(shares.values.reduce(0) { $0 + $1.count } == Fleet.partitions)
      try await a.says("summarize: reads search.queries[")
      try await b.says("summarize: reads search.queries[")

      let published = try await fleet.run(["publish", "--print-ids", Fleet.samples.path])
      #expect(published.end == .exited(0), "\(published)")
      let ids = published.output.split(separator: "\n").map(String.init)
      #expect(ids.count == 28)

      _ = try await fleet.read("search.outcomes") { records in
        records.contains { shares["a"]?.contains($0.outcome?.partition ?? -1) == true }
      }
      let restarted = try await a.drain()
      #expect(restarted.errors.contains("summarize: drained and left the group"))
      #expect(restarted.duration < .seconds(60))
      let successor = try fleet.summarizer("a", gateway, slow)
      try await fleet.awaitOutcomes(of: ids.count)
      try await successor.drain()
      try await b.drain()

      let outcomes = try await fleet.outcomes()
      #expect(outcomes.map(\.queryID).sorted() == ids.sorted())
      #expect(outcomes.count { $0.result == .answered } == 21)
      #expect(outcomes.count { $0.result == .unchanged } == 1)
      #expect(outcomes.count { $0.result == .noAnswer } == 6)
      #expect(try await gateway.requests() == 27)
      try await lookup(fleet)
      try await cache.drain()
      try await gateway.process.drain()
    }
  }

  /// Each member's partitions, once both have some.
  private func shares(_ fleet: Fleet) async throws -> [String: Set<Int32>] {
    var shares: [String: Set<Int32>] = [:]
    try await poll("both workers to have partitions") {
      let group = try await fleet.withAdmin {
        try await $0.describeGroups(["highlights-summarizer"])["highlights-summarizer"]
      }
      shares = [:]
      for member in group?.members ?? [] where !member.partitions.isEmpty {
        shares[member.instanceID ?? ""] = Set(member.partitions.map(\.partition))
      }
      return Set(shares.keys) == ["a", "b"]
    }
    return shares
  }

  private func lookup(_ fleet: Fleet) async throws {
    let search = ["lookup", "How to fold a  FITTED sheet", "--locale", "en-us"]
    var found = try await fleet.run(search)
    // The cache writer may still be at it.
    try await poll("the highlight to be in the store") {
      if found.end != .exited(0) { found = try await fleet.run(search) }
      return found.end == .exited(0)
    }
    #expect(found.output.contains("how to fold a fitted sheet"), "\(found)")
    #expect(found.output.contains("↳ @"), "\(found)")
    #expect(found.output.contains("extractive simulator"), "\(found)")
    let json = try await fleet.run(search + ["--json"])
    let highlight = try Highlight(jsonString: json.output)
    #expect(highlight.status == .answered)
    #expect((1...4).contains(highlight.sentences.count))
    let missing = try await fleet.run(["lookup", "never asked"])
    #expect(missing.end == .exited(1), "\(missing)")
  }
}
