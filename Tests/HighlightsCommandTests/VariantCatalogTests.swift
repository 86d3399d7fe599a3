import Foundation
import Highlights
import HighlightsProtocol
import Kafka
import SwiftProtobuf
import Testing

@testable import HighlightsCommand

@Suite("A file of variants")
struct VariantCatalogTests {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
  /// A prompt that is there wherever the tests run.
  static let folder = root.appendingPathComponent("Config/prompts/highlight/1").path

  @Test("gives names, prompts and evidence in its order, beside the default one")
  func whole() throws {
    let yaml = """
      variants:
        - name: v2
          prompt: \(Self.folder)
          evidence_tokens: 2000
        - {name: short-2, prompt: "\(Self.folder)"}
      """
    let builtIn = PromptTemplate.highlight.version
    try withFile(yaml) { path in
      let catalog = try VariantCatalog(path: path)
      #expect(catalog.path == path && catalog.names == ["", "v2", "short-2"])
      #expect(catalog.variants.map(\.evidenceTokens) == [2_000, nil])
      #expect(catalog.variant(named: "v2")?.folder == Self.folder)
      #expect(catalog.variants.map(\.prompt.version) == [builtIn, builtIn])
      #expect(catalog.settings().keys.sorted() == ["short-2", "v2"])
      #expect(catalog.shownNames == "default, v2, short-2")
    }
    #expect(VariantCatalog.none.names == [""] && VariantCatalog.none.settings().isEmpty)
  }

  @Test("Config/variants.yaml is one, without any; and with what its comments leave out")
  func example() throws {
    let path = Self.root.appendingPathComponent("Config/variants.yaml").path
    #expect(try VariantCatalog(path: path).variants.isEmpty)
    let text = try String(contentsOfFile: path, encoding: .utf8)
      .replacing("variants: []\n#  - name", with: "variants:\n  - name")
      .replacing(/(?m)^#  ( {2}[a-z])/) { "  \($0.output.1)" }
      .replacing("Config/prompts/highlight/1", with: Self.folder)
    try withFile(text) { path in
      let variant = try #require(VariantCatalog(path: path).variants.first)
      #expect(variant.name == "v2" && variant.evidenceTokens == 2_000)
      #expect(variant.model == "gpt-4o-mini")
    }
  }

  struct Wrong: Sendable, CustomTestStringConvertible {
    var yaml: String
    /// What the error says, with FILE for the path.
    var says: String
    var testDescription: String { says }

    init(_ yaml: String, _ says: String) {
      self.yaml = yaml
      self.says = says
    }

    static func name(_ name: String) -> Wrong {
      Wrong(
        "variants: [{name: \"\(name)\", prompt: \"\(VariantCatalogTests.folder)\"}]",
        "variants[0].name is \"\(name)\" (file FILE); allowed: 1 to 64 of a-z, 0-9 and -, and not "
          + "default.")
    }
  }

  static let wrong: [Wrong] = [
    .name("V2"), .name("a.b"), .name("default"), .name(String(repeating: "a", count: 65)),
    Wrong(
      "variants: [{name: \"\", prompt: \"\(folder)\"}]",
      "variants[0].name is \"\" (file FILE); allowed:"),
    Wrong(
      "variants: [{prompt: \"\(folder)\"}]",
      "variants[0].name is \"\" (file FILE); allowed: 1 to 64 of a-z"),
    Wrong(
      "variants: [{name: v2}]",
      "variants[0].prompt is \"\" (file FILE); allowed: the folder of a prompt."),
    Wrong(
      "variants: [{name: v2, prompt: /nowhere}]",
      "variants[0].prompt is \"/nowhere\" (file FILE); allowed: the folder of a usable prompt "
        + "(/nowhere/prompt.json cannot be read as UTF-8:"),
    Wrong(
      "variants: [{name: v2, prompt: \"\(folder)\", evidence_tokens: 99}]",
      "variants[0].evidence_tokens is \"99\" (file FILE); allowed: a whole number from 100"),
    Wrong(
      "variants: [{name: v2, prompt: \"\(folder)\"}, {name: v2, prompt: \"\(folder)\"}]",
      "Each variant needs a name of its own, but variants[0].name is \"v2\" (file FILE) and "
        + "variants[1].name is \"v2\" (file FILE)."),
    Wrong(
      "variants: [{name: v2, promt: x}]",
      "variants[0].promt (file FILE) is no setting; did you mean variants[0].prompt?"),
    Wrong("variants: v2", "variants is \"v2\" (file FILE); allowed: a list of variants."),
    Wrong("", "variants is \"\" (file FILE); allowed: a list of variants, which may be empty."),
    Wrong("variants: [", "FILE cannot be read: highlights.variants:"),
  ]

  @Test("that is wrong says where, what and what is allowed", arguments: wrong)
  func refused(_ wrong: Wrong) throws {
    try withFile(wrong.yaml) { path in
      let error = #expect(throws: ConfigurationError.self) { try VariantCatalog(path: path) }
      let text = error.map { "\($0)" } ?? ""
      #expect(text.contains(wrong.says.replacing("FILE", with: path)), "\(text)")
    }
  }

  @Test("that is not there names the setting")
  func missing() {
    let error = #expect(throws: ConfigurationError.self) {
      try VariantCatalog(path: "/nowhere/variants.yaml")
    }
    #expect(error.map { "\($0)" }?.contains("highlights.variants") == true)
  }

  private func withFile(_ yaml: String, _ body: (String) throws -> Void) throws {
    let file = FileManager.default.temporaryDirectory
      .appendingPathComponent("variants-\(UUID().uuidString).yaml")
    try yaml.write(to: file, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(at: file) }
    try body(file.path)
  }
}

@Suite("The list of variants")
struct VariantReportTests {
  private func report(_ live: LiveVariant?, _ messages: [String: Int64]) -> VariantReport {
    let variant = VariantCatalog.Variant(
      name: "v2", folder: "prompts/2", prompt: .highlight, model: "m-2", evidenceTokens: 2_000)
    return VariantReport(
      catalog: VariantCatalog(path: "f", variants: [variant]), defaultPrompt: nil,
      defaultModel: "m", highlightsTopic: "h", live: live, messages: messages)
  }

  @Test("says which is live, since when, by whom and why, and how much each topic holds")
  func table() {
    let live = LiveVariant.with {
      $0.variant = "v2"
      $0.changedAt = UnixTime(milliseconds: 0).timestamp
      $0.actor = "ada"
      $0.reason = "better\u{1b}[2J"
    }
    let report = report(live, ["h": 1_200, "h.v2": 7])
    #expect(
      report.table == [
        "   variant  prompt     model  topic  messages",
        "   default  built-in   m      h          1200",
        "*  v2       prompts/2  m-2    h.v2          7",
        "live: v2 since 1970-01-01T00:00:00.000Z, by ada: better [2J",
      ])
    #expect(report.trouble == nil)
  }

  @Test("is the default one before any switch; a topic that is not there is named so")
  func neverSwitched() {
    let report = report(nil, ["h": 0])
    #expect(report.table[1].hasPrefix("*  default"))
    #expect(report.table[2].hasSuffix("no topic"))
    #expect(report.table.last == "live: default; it was never switched")
    #expect(report.trouble == nil)
  }

  @Test("warns of a live one that is not declared, or without a topic")
  func trouble() {
    let unknown = report(LiveVariant.with { $0.variant = "v3" }, ["h": 0, "h.v3": 1])
    #expect(unknown.table[3].contains("not declared") && unknown.table[3].hasPrefix("*  v3"))
    #expect(unknown.trouble?.contains("not declared") == true)
    let without = report(LiveVariant.with { $0.variant = "v2" }, ["h": 0])
    #expect(without.trouble == "v2 is live and has no topic")
  }

  @Test("is one object for machines")
  func json() throws {
    let live = LiveVariant.with { $0.variant = "v2" }
    let text = try report(live, ["h": 3]).json()
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    let rows = try #require(object["variants"] as? [[String: Any]])
    #expect((object["live"] as? [String: Any])?["variant"] as? String == "v2")
    #expect(rows.map { $0["name"] as? String } == ["default", "v2"])
    #expect(rows.map { $0["live"] as? Bool } == [false, true])
    #expect(rows.map { $0["messages"] as? Int } == [3, nil])
    #expect(rows[1]["prompt_version"] as? String == PromptTemplate.highlight.version)
    #expect(rows[1]["evidence_tokens"] as? Int == 2_000)
    #expect(rows.map { $0["model"] as? String } == ["m", "m-2"])
  }

  @Test("counts the messages of topics by their offsets")
  func messages() async throws {
    let kafka = try EmbeddedKafka()
    defer { kafka.shutdown() }
    try kafka.createTopic("h", partitions: 3)
    try kafka.createTopic("h.v2", partitions: 2)
    let client = kafka.clientConfiguration
    let producer = try KafkaProducer(configuration: .init(client: client))
    try await producer.send(
      (0..<5).map { KafkaProducerMessage(topic: "h", key: [$0], value: [1]) })
    await producer.shutdown(timeout: .seconds(5))
    #expect(try await VariantTopics.messages(client, ["h", "h.v2", "h"]) == ["h": 5, "h.v2": 0])
  }
}
