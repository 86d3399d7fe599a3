import ArgumentParser
import Foundation
import Testing

@testable import HighlightsCommand
@testable import TopicAdmin

@Suite("Topics as code")
struct TopicJSONTests {
  private static let review = TopicReview(
    topics: [
      .init(
        planned: .init(name: "a", partitions: 3, replication: 1, config: ["k": "v"]),
        isMissing: true, changes: [], unplanned: [:]),
      .init(
        planned: .init(name: "b", partitions: 3, replication: 2), isMissing: false,
        changes: [.partitions(from: 1, to: 3), .replication(from: 1, to: 2)], unplanned: ["x": "1"]),
    ], concerns: [.init(topic: "b", severity: .warning, words: "is odd")])

  private func object(_ json: TopicJSON) throws -> [String: Any] {
    let line = try json.line()
    return try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
  }

  @Test("a review is one object: states, changes with dangers and obstacles, concerns and counts")
  func plan() throws {
    let plan = try object(TopicJSON(review: Self.review))
    let topics = try #require(plan["topics"] as? [[String: Any]])
    #expect(topics.map { $0["state"] as? String } == ["missing", "differs"])
    let changes = try #require(topics[1]["changes"] as? [[String: Any]])
    #expect(changes.map { $0["from"] as? String } == ["1", "1"])
    #expect(changes.map { $0["danger"] != nil } == [true, false])
    #expect(changes.map { $0["obstacle"] != nil } == [false, true])
    #expect(plan["equal"] as? Bool == false && plan["applied"] == nil)
    #expect(
      ["missing", "possible", "dangerous", "impossible"].map { plan[$0] as? Int } == [1, 1, 1, 1])
    let concerns = try #require(plan["concerns"] as? [[String: Any]])
    #expect(concerns.map { $0["severity"] as? String } == ["warning"])
  }

  @Test("what came of it stands beside it, also where nothing was to do")
  func applied() throws {
    let results = [
      TopicResult(topic: "a", outcome: .created, left: []),
      TopicResult(
        topic: "b", outcome: .changed([.partitions(from: 1, to: 3)]),
        left: [.replication(from: 1, to: 2)]),
    ]
    let applied = try #require(
      object(TopicJSON(review: Self.review, results: results))["applied"] as? [[String: Any]])
    #expect(applied.map { $0["outcome"] as? String } == ["created", "changed"])
    #expect(applied.map { $0["left"] as? [String] } == [[], ["replication"]])
    let none = try object(TopicJSON(review: Self.review, results: []))["applied"] as? [Any]
    #expect(none?.isEmpty == true)
  }

  @Test("the plan has the topics of the variants that are declared, as that of the highlights")
  func variants() throws {
    let variants = "variants: [{name: v2, prompt: \"\(VariantCatalogTests.folder)\"}]"
    let topics = """
      topics:
        - {name: search.highlights, partitions: 3, replication: 1, config: {cleanup.policy: compact}}
        - {name: other, partitions: 1, replication: 1}
      """
    try withFile(variants) { variants in
      try withFile(topics) { file in
        let settings = try LoadedConfiguration(
          overrides: [("highlights.variants", variants)], environment: [:]
        ).settings
        let plan = try settings.topicPlan(file: file)
        #expect(plan.topics.map(\.name) == ["search.highlights", "search.highlights.v2", "other"])
        #expect(plan.topics[1].config == ["cleanup.policy": "compact"])
      }
    }
  }

  @Test("apply as JSON needs --yes: nobody could be asked about a plan not shown")
  func applyNeedsAgreement() throws {
    #expect(throws: (any Error).self) { try TopicsCommand.Apply.parse(["--json"]) }
    _ = try TopicsCommand.Apply.parse(["--json", "--yes"])
  }
}
