import Foundation
import Kafka
import Logging
import TestSupport
import Testing
import TopicAdmin

@Suite("A plan beside a broker", .serialized)
struct TopicReviewTests {
  private static let shipped = NoidaBroker.repository.appending(path: "Config/topics.yaml").path

  private func withAdmin(
    _ body: (KafkaAdmin, TopicPlan) async throws -> Void
  ) async throws {
    try await NoidaBroker.run { broker in
      let admin = try KafkaAdmin(
        configuration: KafkaClientConfiguration(bootstrapServers: [broker.bootstrapServers]))
      do { try await body(admin, TopicPlan(file: Self.shipped)) } catch {
        await admin.close()
        throw error
      }
      await admin.close()
    }
  }

  @Test(
    "a fresh broker gets every topic; the second time there is nothing to do",
    .enabled(if: NoidaBroker.isInstalled, "\(NoidaBroker.howToInstall)"))
  func freshAndEqual() async throws {
    try await withAdmin { admin, plan in
      let fresh = try await plan.review(admin)
      #expect(fresh.missing.map(\.name) == plan.topics.map(\.name))
      #expect(!fresh.isSettled)
      let before = try await admin.describeTopics(plan.topics.map(\.name))
      #expect(before.isEmpty, "a review made something")

      let applied = try await fresh.apply(admin)
      #expect(applied.map(\.outcome) == plan.topics.map { _ in .created })
      let equal = try await plan.review(admin)
      #expect(equal.isEqual && equal.isSettled && equal.drift.isEmpty, "\(equal.drift)")
      // What was confirmed may have been done by somebody else meanwhile.
      #expect(try await fresh.apply(admin).map(\.outcome) == plan.topics.map { _ in .equal })
      #expect(try await equal.apply(admin).map(\.outcome) == plan.topics.map { _ in .equal })
    }
  }

  @Test(
    "drift is told by kind, mended where it can be, and the second time nothing changes",
    .enabled(if: NoidaBroker.isInstalled, "\(NoidaBroker.howToInstall)"))
  func drifted() async throws {
    try await withAdmin { admin, plan in
      _ = try await admin.createTopics([
        // Too few partitions, a retention that somebody set by hand, and one that no plan names.
        KafkaNewTopic(
          name: "search.queries", partitions: 6, replication: 1,
          configuration: [
            "retention.ms": "1000", "max.message.bytes": "2097152", "segment.bytes": "104857600",
          ]),
        // Too many partitions.
        KafkaNewTopic(
          name: "search.control", partitions: 3, replication: 1,
          configuration: ["cleanup.policy": "delete"]),
      ])
      let drifted = try await plan.review(admin)
      #expect(drifted.missing.count == plan.topics.count - 2)
      let queries = try #require(drifted.topics.first { $0.planned.name == "search.queries" })
      #expect(
        queries.changes == [
          .partitions(from: 6, to: 12), .setting("retention.ms", from: "1000", to: "604800000"),
        ])
      #expect(queries.unplanned["segment.bytes"] == "104857600")
      let control = try #require(drifted.topics.first { $0.planned.name == "search.control" })
      #expect(
        control.changes == [
          .partitions(from: 3, to: 1), .setting("cleanup.policy", from: "delete", to: "compact"),
        ])
      #expect((drifted.possible, drifted.dangerous, drifted.impossible) == (3, 2, 1))

      let results = try await drifted.apply(admin)
      let outcomes = Dictionary(results.map { ($0.topic, $0) }) { first, _ in first }
      #expect(outcomes["search.queries"]?.outcome == .changed(queries.changes))
      #expect(outcomes["search.control"]?.left == [.partitions(from: 3, to: 1)])
      #expect(results.count { $0.outcome == .created } == plan.topics.count - 2)

      let again = try await plan.review(admin)
      #expect(again.isSettled && !again.isEqual, "\(again.drift)")
      #expect(again.drift == ["search.control: partitions 3 → 1"])
      #expect(try await again.apply(admin).allSatisfy { $0.outcome == .equal })
      // What no plan names was kept.
      let settings = try await admin.describeConfiguration(of: .topic("search.queries"))
      #expect(settings["segment.bytes"]?.value == "104857600")
      #expect(try await plan.review(admin) == again)
    }
  }

  @Test("a broker without admin requests is told at once")
  func embedded() async throws {
    let kafka = try EmbeddedKafka(brokers: 1, logger: Logger(label: "embedded"))
    defer { kafka.shutdown() }
    let admin = try KafkaAdmin(configuration: kafka.clientConfiguration)
    let plan = try TopicPlan(file: Self.shipped)
    let error = try await within(.seconds(5), "the refusal") {
      await #expect(throws: KafkaError.self) { try await plan.review(admin) }
    }
    #expect(error?.code == .unsupportedFeature)
    #expect("\(error!)".contains("takes no admin requests"), "\(error!)")
    await admin.close()
  }

  @Test("a broker that is not there is told within the timeout")
  func unreachable() async throws {
    let port = try LoopbackPort.free()
    let admin = try KafkaAdmin(
      configuration: KafkaClientConfiguration(bootstrapServers: ["127.0.0.1:\(port)"]))
    let plan = try TopicPlan(file: Self.shipped)
    let error = try await within(.seconds(20), "the refusal") {
      await #expect(throws: KafkaError.self) {
        try await plan.review(admin, timeout: .milliseconds(500))
      }
    }
    #expect("\(error!)".contains("127.0.0.1:\(port)"), "\(error!)")
    await admin.close()
  }
}
