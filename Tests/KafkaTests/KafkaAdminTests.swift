import Kafka
import TestSupport
import Testing

struct KafkaAdminTests {
  @Test("an embedded cluster is told from one that takes admin requests, at once")
  func embedded() async throws {
    try await onEmbeddedKafka(topics: ["t": 1]) { kafka in
      let admin = try KafkaAdmin(configuration: kafka.clientConfiguration, logger: quiet)
      let error = try await within(.seconds(5), "the refusal") {
        await #expect(throws: KafkaError.self) {
          try await admin.requireAdminRequests(for: "look after topics")
        }
      }
      #expect(error?.code == .unsupportedFeature)
      #expect("\(error!)".hasPrefix("look after topics: \(kafka.bootstrapServers) is an embedded"))
      await admin.close()
    }
  }

  @Test(
    "settings of several topics come in one answer, each under its topic",
    .enabled(if: NoidaBroker.isInstalled, "\(NoidaBroker.howToInstall)"))
  func configurations() async throws {
    try await NoidaBroker.run { broker in
      let admin = try KafkaAdmin(
        configuration: KafkaClientConfiguration(bootstrapServers: [broker.bootstrapServers]),
        logger: quiet)
      try await admin.requireAdminRequests(for: "look after topics")
      _ = try await admin.createTopics(
        ["1000", "2000"].map {
          KafkaNewTopic(
            name: "t\($0)", partitions: 1, replication: 1, configuration: ["retention.ms": $0])
        })
      let found = try await admin.describeConfigurations(ofTopics: ["t1000", "t2000"])
      #expect(found.mapValues { $0["retention.ms"]?.value } == ["t1000": "1000", "t2000": "2000"])
      #expect(try await admin.describeConfigurations(ofTopics: []).isEmpty)
      await #expect(throws: KafkaError.self) {
        try await admin.describeConfigurations(ofTopics: ["t1000", "nothing"])
      }
      await admin.close()
    }
  }
}
