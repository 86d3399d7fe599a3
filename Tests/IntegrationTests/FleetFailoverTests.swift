import Foundation
import HighlightsProtocol
import Kafka
import TestSupport
import Testing

extension FleetTests {
  // The embedded broker, as the other one never throws out a member that is gone.
  @Test("what a worker had in flight when it was killed is answered by another")
  func failover() async throws {
    let kafka = try EmbeddedKafka()
    defer { kafka.shutdown() }
    let names = ["", ".dead", ".backfill", ".retry.30s", ".retry.5m", ".retry.1h"].map {
      "search.queries\($0)"
    }
    for name in names + [
      "search.highlights", "search.outcomes", "search.control", "search.workers",
    ] {
      try kafka.createTopic(name, partitions: Fleet.partitions)
    }
    try await Fleet.inFolder { folder in
      let fleet = Fleet(
        bootstrapServers: kafka.clientConfiguration.bootstrapServers[0], folder: folder)
      let gateway = try await FleetGateway.start(latency: "1s")
      let worker: () throws -> HighlightsProcess = {
        try .start(
          fleet.arguments(["summarize", "--gateway", gateway.url], ["worker.session_timeout=6s"]))
      }
      let victim = try worker()
      try await victim.says("summarize: reads search.queries[")
      let heir = try worker()
      try await heir.says("summarize: reads search.queries[")
      _ = try await fleet.run(["publish", Fleet.samples.path])
      try await poll("calls of both") { try await gateway.requests() >= 20 }
      victim.kill()
      try await fleet.awaitOutcomes(of: 28)
      try await heir.drain()
      try await gateway.process.drain()
      #expect(Set(try await fleet.outcomes().map(\.queryID)).count == 28)
    }
  }
}
