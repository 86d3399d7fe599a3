import Foundation
import Yams

/// A topic as it should be.
public struct TopicSpecification: Sendable, Hashable {
  public var name: String
  public var partitions: Int32
  public var replication: Int
  /// The broker's own names, such as `retention.ms`.
  public var config: [String: String]

  public init(name: String, partitions: Int32, replication: Int, config: [String: String] = [:]) {
    self.name = name
    self.partitions = partitions
    self.replication = replication
    self.config = config
  }
}

/// The topics that `Config/topics.yaml` asks for.
public struct TopicPlan: Sendable, Hashable {
  public var topics: [TopicSpecification]

  /// The plan with further topics that are as another one of it is but for their names.
  ///
  /// One that it has stays as it says. Without the other one nothing is added: there is no telling how they should be.
  public func adding(_ names: [String], like other: String) -> TopicPlan {
    guard let index = topics.firstIndex(where: { $0.name == other }) else { return self }
    var plan = self
    let missing = names.filter { name in !topics.contains { $0.name == name } }
    plan.topics.insert(
      contentsOf: missing.map { name in
        var topic = topics[index]
        topic.name = name
        return topic
      }, at: index + 1)
    return plan
  }

  /// Reads and checks a plan.
  ///
  /// - Throws: ``TopicPlanError``, naming the topic, the key, the value and what is allowed.
  public init(yaml: String) throws(TopicPlanError) {
    let root: [String: Any]
    do {
      guard let mapping = try Yams.load(yaml: yaml) as? [String: Any] else {
        throw TopicPlanError(topic: nil, key: "topics", value: "", allowed: "a list of topics")
      }
      root = mapping
    } catch let error as TopicPlanError {
      throw error
    } catch {
      throw TopicPlanError(topic: nil, key: "file", value: "\(error)", allowed: "YAML")
    }
    try Self.refuseUnknown(root.keys, allowed: ["topics"], topic: nil)
    guard let entries = root["topics"] as? [[String: Any]] else {
      throw TopicPlanError(
        topic: nil, key: "topics", value: "\(root["topics"] ?? "")", allowed: "a list of topics")
    }
    topics = []
    for entry in entries { topics.append(try Self.topic(entry)) }
    let names = Dictionary(grouping: topics, by: \.name)
    if let twice = topics.first(where: { (names[$0.name]?.count ?? 0) > 1 }) {
      throw TopicPlanError(
        topic: twice.name, key: "name", value: twice.name, allowed: "one entry a topic")
    }
  }

  /// Reads a plan from a file.
  public init(file: String) throws(TopicPlanError) {
    let text: String
    do { text = try String(contentsOfFile: file, encoding: .utf8) } catch {
      throw TopicPlanError(
        topic: nil, key: "file", value: file, allowed: "a readable file: \(error)")
    }
    try self.init(yaml: text)
  }

  private static func topic(_ entry: [String: Any]) throws(TopicPlanError) -> TopicSpecification {
    let name = entry["name"].map { "\($0)" } ?? ""
    let legal = name.utf8.allSatisfy {
      Character(UnicodeScalar($0)).isLetter || Character(UnicodeScalar($0)).isNumber
        || [UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-")].contains($0)
    }
    guard legal, (1...249).contains(name.utf8.count), name != ".", name != ".." else {
      throw TopicPlanError(
        topic: name, key: "name", value: name, allowed: "1 to 249 of a-z, A-Z, 0-9, . _ -")
    }
    try refuseUnknown(
      entry.keys, allowed: ["name", "partitions", "replication", "config"], topic: name)
    let partitions = try number(entry, "partitions", 1...100_000, topic: name)
    let replication = try number(entry, "replication", 1...100, topic: name)
    let config = entry["config"] ?? [String: Any]()
    guard let config = config as? [String: Any] else {
      throw TopicPlanError(
        topic: name, key: "config", value: "\(config)", allowed: "a mapping of setting to value")
    }
    return TopicSpecification(
      name: name, partitions: Int32(partitions), replication: replication,
      config: config.mapValues { "\($0)" })
  }

  private static func number(
    _ entry: [String: Any], _ key: String, _ allowed: ClosedRange<Int>, topic: String
  ) throws(TopicPlanError) -> Int {
    guard let value = entry[key] as? Int, allowed.contains(value) else {
      throw TopicPlanError(
        topic: topic, key: key, value: entry[key].map { "\($0)" } ?? "",
        allowed: "\(allowed.lowerBound) to \(allowed.upperBound)")
    }
    return value
  }

  private static func refuseUnknown(
    _ keys: some Sequence<String>, allowed: [String], topic: String?
  ) throws(TopicPlanError) {
    if let unknown = keys.sorted().first(where: { !allowed.contains($0) }) {
      throw TopicPlanError(
        topic: topic, key: unknown, value: "", allowed: allowed.joined(separator: ", "))
    }
  }
}

/// What is wrong with a plan.
public struct TopicPlanError: Error, Sendable, Hashable, CustomStringConvertible {
  public let topic: String?
  public let key: String
  public let value: String
  public let allowed: String

  public var description: String {
    let place = topic.map { "topic \($0): " } ?? ""
    return "\(place)\(key)\(value.isEmpty ? "" : " is \"\(value)\""); allowed: \(allowed)"
  }
}
