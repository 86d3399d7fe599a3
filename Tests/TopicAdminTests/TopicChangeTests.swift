import Testing
import TopicAdmin

struct TopicChangeTests {
  @Test("fewer partitions and other copies cannot be made, and say what to do instead")
  func impossible() {
    let fewer = TopicChange.partitions(from: 24, to: 12)
    #expect(fewer.isImpossible && fewer.danger == nil)
    #expect(fewer.obstacle?.contains("REPARTITIONING.md") == true)
    #expect(TopicChange.replication(from: 1, to: 3).obstacle?.contains("reassignment") == true)
    #expect(TopicChange.readOnlySetting("a", from: "1", to: "2").isImpossible)
  }

  @Test("more partitions say what that does to order, single flight and what is paid")
  func morePartitions() throws {
    let danger = try #require(TopicChange.partitions(from: 6, to: 12).danger)
    for word in ["order", "single flight", "paid again", "drain"] {
      #expect(danger.contains(word), "\(word)")
    }
    #expect(TopicChange.partitions(from: 6, to: 12).obstacle == nil)
  }

  @Test(
    "a setting is dangerous where it loses messages, and only in that direction",
    arguments: [
      ("retention.ms", "1000", "999", true), ("retention.ms", "999", "1000", false),
      ("retention.ms", "-1", "1000", true), ("retention.ms", "1000", "-1", false),
      ("retention.bytes", "-1", "1000000", true),
      ("max.message.bytes", "2000", "1000", true), ("max.message.bytes", "1000", "2000", false),
      ("cleanup.policy", "delete", "compact", true),
      ("cleanup.policy", "compact", "compact,delete", true),
      ("cleanup.policy", "compact,delete", "delete", false),
      ("min.insync.replicas", "2", "1", false),
    ])
  func danger(key: String, from: String, to: String, isDangerous: Bool) {
    #expect((TopicChange.setting(key, from: from, to: to).danger != nil) == isDangerous)
  }

  @Test("a change reads in people's units")
  func words() {
    #expect(
      TopicChange.setting("retention.ms", from: "-1", to: "604800000").description
        == "retention.ms -1 (for ever) → 604800000 (7d)")
    #expect(
      TopicChange.setting("max.message.bytes", from: nil, to: "2097152").description
        == "max.message.bytes (none) → 2097152 (2 MiB)")
  }
}

struct TopicRequirementsTests {
  private let requirements = TopicRequirements(
    alongside: [.init(leader: "q", topics: ["q.backfill", "q.dead"])],
    retentions: [
      .init(topic: "q", moreThan: .seconds(3_600), reason: "a search may wait so long"),
      .init(topic: "h", moreThan: .seconds(60), reason: "highlights.expires_after"),
    ],
    compacted: ["h", "c"], undeleted: ["c"])

  private func topic(
    _ name: String, _ partitions: Int32 = 4, _ config: [String: String] = [:]
  ) -> TopicSpecification {
    TopicSpecification(name: name, partitions: partitions, replication: 1, config: config)
  }

  private var good: [TopicSpecification] {
    [
      topic("q", 4, ["retention.ms": "3600001"]), topic("q.backfill"), topic("q.dead"),
      topic("h", 4, ["cleanup.policy": "delete, compact", "retention.ms": "60001"]),
      topic("c", 1, ["cleanup.policy": "compact"]),
    ]
  }

  @Test("topics that do raise no concern")
  func nothing() {
    #expect(requirements.concerns(about: good).isEmpty)
    #expect(TopicRequirements().concerns(about: []).isEmpty)
  }

  @Test(
    "another partition count, a policy that loses, a short retention and a topic left out are told")
  func everything() {
    var topics = good
    topics[0].config["retention.ms"] = "3600000"
    topics[1].partitions = 5
    topics[3].config = ["cleanup.policy": "delete"]
    topics[4].config["cleanup.policy"] = "compact,delete"
    topics.remove(at: 2)
    let concerns = requirements.concerns(about: topics)
    #expect(concerns.map(\.topic) == ["c", "h", "q", "q.backfill", "q.dead"])
    #expect(concerns.map(\.severity) == [.error, .error, .warning, .error, .warning])
    #expect(
      concerns[2].description
        == "q keeps messages for 1h, which must be more than 1h: a search may wait so long")
    #expect(concerns[3].words.hasPrefix("has 5 partitions, and q has 4"))
  }

  @Test("a retention without a bound, or of a topic that deletes nothing, is long enough")
  func unbounded() {
    var topics = good
    topics[0].config["retention.ms"] = "-1"
    topics[3].config = ["cleanup.policy": "compact", "retention.ms": "1"]
    #expect(requirements.concerns(about: topics).isEmpty)
  }
}
