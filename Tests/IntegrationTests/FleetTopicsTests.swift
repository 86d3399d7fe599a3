import Foundation
import Kafka
import Logging
import TestSupport
import Testing

extension FleetTests {
  private static let plan = NoidaBroker.repository.appending(path: "Config/topics.yaml")

  /// Runs `body` on a broker that holds nothing.
  private func onFreshBroker(_ body: (Fleet) async throws -> Void) async throws {
    try await NoidaBroker.run { broker in
      try await Fleet.inFolder { folder in
        try await body(Fleet(bootstrapServers: broker.bootstrapServers, folder: folder))
      }
    }
  }

  @Test("topics are planned, made once they are confirmed, and made once")
  func topicsOfFreshBroker() async throws {
    try await onFreshBroker { fleet in
      let fresh = try await fleet.run(["topics", "plan"])
      #expect(fresh.end == .exited(0), "\(fresh)")
      #expect(fresh.output.contains("create   search.queries: 12 partitions"), "\(fresh)")
      // Nobody can be asked: nothing is done.
      let unasked = try await fleet.run(["topics", "apply"])
      #expect(unasked.end == .exited(64) && unasked.errors.contains("--yes"), "\(unasked)")
      let planned = try await fleet.run(["topics", "plan"])
      #expect(planned.output == fresh.output)

      let applied = try await fleet.run(["topics", "apply", "--yes"])
      #expect(applied.end == .exited(0), "\(applied)")
      #expect(applied.output.contains("created  search.queries.dead\n"), "\(applied)")
      for command in [["topics", "apply"], ["topics", "apply", "--yes"], ["topics", "plan"]] {
        let again = try await fleet.run(command)
        #expect(again.end == .exited(0), "\(again)")
        #expect(again.output.hasSuffix("topics are as planned\n"), "\(again)")
        #expect(!again.output.contains("created") && !again.output.contains("changed"))
      }
      let doctor = try await fleet.run(["doctor"])
      #expect(doctor.output.contains("ok    drift"), "\(doctor)")
    }
  }

  @Test("drift is told with what it would break, mended once, and told by doctor")
  func topicsOfDriftedBroker() async throws {
    try await onFreshBroker { fleet in
      _ = try await fleet.run(["topics", "apply", "--yes"])
      try await fleet.withAdmin { admin in
        try await admin.alterConfiguration(
          ofTopic: "search.highlights", ["retention.ms": "-1", "cleanup.policy": "delete"])
        try await admin.createPartitions(of: "search.workers", total: 2)
      }
      let doctor = try await fleet.run(["doctor"])
      #expect(doctor.output.contains("warn  drift"), "\(doctor)")
      #expect(doctor.output.contains("→ highlights topics plan"), "\(doctor)")
      let plan = try await fleet.run(["topics", "plan"])
      #expect(plan.end == .exited(0), "\(plan)")
      for words in [
        "cleanup.policy delete → compact,delete", "DANGEROUS: only the newest message of each key",
        "retention.ms -1 (for ever) → 1209600000 (14d)", "DANGEROUS: the broker deletes",
        "partitions 2 → 1", "CANNOT BE DONE: Kafka takes no partitions away",
        "2 to change, 2 of them dangerous; 1 that cannot be changed",
      ] {
        #expect(plan.output.contains(words), "\(words) in \(plan)")
      }
      let applied = try await fleet.run(["topics", "apply", "--yes"])
      // Not all of it can be done.
      #expect(applied.end == .exited(1), "\(applied)")
      #expect(
        applied.output.contains("changed  search.highlights: cleanup.policy, retention.ms\n"),
        "\(applied)")
      let again = try await fleet.run(["topics", "apply", "--yes"])
      #expect(again.end == .exited(1) && !again.output.contains("changed  "), "\(again)")
      #expect(again.output.hasSuffix("1 that cannot be changed\n"), "\(again)")
    }
  }

  @Test("more partitions say what they do to keys; a plan that would not do is not applied")
  func topicsThatMoveKeys() async throws {
    try await onFreshBroker { fleet in
      _ = try await fleet.run(["topics", "apply", "--yes"])
      let shipped = try String(contentsOf: Self.plan, encoding: .utf8)
      let file = fleet.folder.appending(path: "topics.yaml")
      try Data(shipped.replacing("partitions: 12", with: "partitions: 24").utf8).write(to: file)
      let plan = try await fleet.run(["topics", "plan", "--file", file.path])
      for words in ["partitions 12 → 24", "single flight", "Deploy/REPARTITIONING.md"] {
        #expect(plan.output.contains(words), "\(words) in \(plan)")
      }

      let first = try #require(shipped.range(of: "partitions: 12"))
      try Data(shipped.replacingCharacters(in: first, with: "partitions: 24").utf8)
        .write(to: file)
      let unfit = try await fleet.run(["topics", "apply", "--yes", "--file", file.path])
      #expect(unfit.end == .exited(1), "\(unfit)")
      #expect(
        unfit.output.contains(
          "WRONG  search.queries.backfill has 12 partitions, and search.queries has 24"),
        "\(unfit)")
      let after = try await fleet.run(["topics", "plan"])
      #expect(after.output.hasSuffix("topics are as planned\n"), "\(after)")
    }
  }

  @Test("a broker that takes no admin requests is told at once")
  func topicsOfEmbeddedBroker() async throws {
    let kafka = try EmbeddedKafka(brokers: 1, logger: Logger(label: "embedded"))
    defer { kafka.shutdown() }
    for command in [["topics", "plan"], ["topics", "apply", "--yes"]] {
      let result = try await HighlightsProcess.run(
        command + ["--kafka", kafka.bootstrapServers], limit: .seconds(20))
      #expect(result.end == .exited(1), "\(result)")
      #expect(result.errors.contains("takes no admin requests"), "\(result)")
      #expect(result.duration < .seconds(10))
    }
  }
}
