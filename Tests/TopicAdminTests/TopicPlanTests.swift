import Foundation
import TestSupport
import Testing
import TopicAdmin

struct TopicPlanTests {
  private let shipped = NoidaBroker.repository.appending(path: "Config/topics.yaml").path

  @Test("The shipped plan reads, and every topic of searches has as many partitions")
  func shippedPlan() throws {
    let plan = try TopicPlan(file: shipped)
    let searches = plan.topics.filter { $0.name.hasPrefix("search.queries") }
    #expect(searches.count == 6)
    #expect(Set(searches.map(\.partitions)) == [12])
    let highlights = try #require(plan.topics.first { $0.name == "search.highlights" })
    #expect(highlights.config["cleanup.policy"] == "compact,delete")
  }

  @Test("Further topics are as another one, and one that the plan has stays as it says")
  func further() throws {
    let plan = try TopicPlan(file: shipped)
    let names = ["search.highlights", "search.highlights.v2", "search.highlights.v3"]
    var added = plan.adding(names, like: "search.highlights")
    #expect(added.topics.count == plan.topics.count + 2)
    let first = try #require(added.topics.first { $0.name == "search.highlights" })
    let second = try #require(added.topics.first { $0.name == "search.highlights.v2" })
    #expect(second.config == first.config && second.partitions == first.partitions)
    added.topics.removeAll { $0.name == "search.highlights.v3" }
    #expect(added.adding(["search.highlights.v2"], like: "search.highlights") == added)
    #expect(plan.adding(names, like: "none") == plan)
  }

  @Test(
    "A wrong plan is refused by topic, key, value and what is allowed",
    arguments: [
      ("topics: [{name: t, partitions: 0, replication: 1}]", "partitions", "0"),
      ("topics: [{name: t, partitions: many, replication: 1}]", "partitions", "many"),
      ("topics: [{name: t, partitions: 1}]", "replication", ""),
      ("topics: [{name: 'a b', partitions: 1, replication: 1}]", "name", "a b"),
      ("topics: [{name: t, partitions: 1, replication: 1, retention: 5}]", "retention", ""),
      ("topics: 5", "topics", "5"), ("others: []", "others", ""), ("[", "file", ""),
      (
        "topics: [{name: t, partitions: 1, replication: 1}, {name: t, partitions: 1, replication: 1}]",
        "name", "t"
      ),
    ])
  func refusals(yaml: String, key: String, value: String) throws {
    let error = #expect(throws: TopicPlanError.self) { try TopicPlan(yaml: yaml) }
    #expect(error?.key == key)
    if !value.isEmpty { #expect(error?.value == value) }
    #expect(error?.allowed.isEmpty == false)
  }
}
