import ArgumentParser
import Control
import Foundation
import Highlights
import HighlightsProtocol
import Kafka
import Logging

/// `highlights variants`: which way of writing highlights is live.
struct VariantsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "variants",
    abstract: "Shows the variants of highlights, and has the fleet use one of them.",
    subcommands: [List.self, Use.self, VariantsDiff.self])

  /// `highlights variants list`.
  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lists the variants that are declared, and says which is live.",
      discussion: """
        Messages are counted by offsets, so there are no more than that: compaction takes out what \
        has a newer one of its key.
        """)

    @Flag(help: "Print one JSON object.")
    var json = false

    @OptionGroup var common: CommonOptions

    func run() async throws {
      let settings = try common.settings()
      let catalog = try settings.variantCatalog()
      let client = try settings.kafka.client()
      let state = try await ControlReader.state(
        client: client, topic: settings.kafka.topics.control)
      let topic = settings.kafka.topics.highlights
      let topics = (catalog.names + [state.liveVariant]).map {
        VariantName.topic(of: $0, highlights: topic)
      }
      let report = VariantReport(
        catalog: catalog, defaultPrompt: settings.highlights.prompt,
        defaultModel: try settings.gateway.model(in: settings.gateway.catalog()),
        highlightsTopic: topic,
        live: state.variantSwitch, messages: try await VariantTopics.messages(client, topics))
      (json ? [try report.json()] : report.table).forEach(Output.line)
      if let trouble = report.trouble { Talk.say("warning: \(trouble)") }
    }
  }

  /// `highlights variants use`.
  struct Use: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Has look-ups read a variant, and searches that name none written as it.",
      discussion: """
        Takes effect within seconds, for the whole fleet. Searches that name a variant are written \
        as that one, as before.
        """)

    @Argument(help: "A variant that is declared, or default.")
    var name: String

    @Option(help: "Why.")
    var reason = ""

    @Option(help: "Who does it; without it the name of this account.")
    var actor: String?

    @OptionGroup var common: CommonOptions

    func run() async throws {
      let settings = try common.settings()
      let catalog = try settings.variantCatalog()
      let name = VariantName.parsed(name)
      guard catalog.names.contains(name) else {
        throw ValidationError("\(self.name) is no variant; allowed: \(catalog.shownNames)")
      }
      let client = try settings.kafka.client()
      let topic = VariantName.topic(of: name, highlights: settings.kafka.topics.highlights)
      guard try await VariantTopics.messages(client, [topic])[topic] != nil else {
        throw VariantTopicMissing(variant: name, topic: topic)
      }
      let before = try await ControlReader.state(
        client: client, topic: settings.kafka.topics.control
      ).liveVariant
      guard before != name else {
        return Output.line("\(VariantName.shown(name)) is live already")
      }
      try await publish(name, client, settings)
      Output.line("\(VariantName.shown(before)) → \(VariantName.shown(name))")
    }

    private func publish(
      _ name: String, _ client: KafkaClientConfiguration, _ settings: Settings
    ) async throws {
      let producer = try KafkaProducer(
        configuration: settings.kafka.producer(client), logger: Logger(label: "control"),
        onError: { Talk.say("Kafka: \($0)") })
      let result: Result<Void, any Error>
      do {
        let writer = ControlWriter(producer: producer, topic: settings.kafka.topics.control)
        try await writer.useVariant(name, reason: reason, actor: actor ?? NSUserName())
        result = .success(())
      } catch {
        result = .failure(error)
      }
      await producer.shutdown()
      try result.get()
    }
  }
}

/// A variant without its topic cannot be live: nothing could be written or read.
struct VariantTopicMissing: Error, CustomStringConvertible {
  let variant: String
  let topic: String

  var description: String {
    "variant \(VariantName.shown(variant)) has no topic \(topic); create it: highlights topics apply"
  }
}

/// What the brokers know of the variants' topics.
enum VariantTopics {
  /// The messages of each topic that is there, counted by the offsets of its partitions.
  static func messages(
    _ client: KafkaClientConfiguration, _ topics: [String]
  ) async throws -> [String: Int64] {
    let admin = try KafkaAdmin(configuration: client, logger: Logger(label: "variants"))
    let result: Result<[String: Int64], any Error>
    do { result = .success(try await messages(admin, Set(topics).sorted())) } catch {
      result = .failure(error)
    }
    await admin.close()
    return try result.get()
  }

  private static func messages(
    _ admin: KafkaAdmin, _ topics: [String]
  ) async throws -> [String: Int64] {
    let found = try await admin.describeTopics(topics).filter { !$0.value.partitions.isEmpty }
    let partitions = found.flatMap { name, topic in
      topic.partitions.map { TopicPartition(topic: name, partition: $0.id) }
    }
    let begins = try await admin.listOffsets(of: partitions, .earliest)
    let ends = try await admin.listOffsets(of: partitions, .latest)
    var messages = found.mapValues { _ in Int64(0) }
    for (partition, end) in ends {
      messages[partition.topic, default: 0] += max(0, end - (begins[partition] ?? end))
    }
    return messages
  }
}

/// The variants for people, as a table, and for machines, as JSON.
struct VariantReport: Sendable {
  let catalog: VariantCatalog
  /// The folder of the default variant's prompt; nothing means the built-in one.
  let defaultPrompt: String?
  /// The model of variants that declare none.
  let defaultModel: String
  let highlightsTopic: String
  let live: LiveVariant?
  /// By topic; one that is not there is missing.
  let messages: [String: Int64]

  private var liveName: String { live?.variant ?? "" }

  /// Those declared, and the live one where it is not.
  private var names: [String] {
    catalog.names + (catalog.names.contains(liveName) ? [] : [liveName])
  }

  private func topic(_ name: String) -> String {
    VariantName.topic(of: name, highlights: highlightsTopic)
  }

  private func isDeclared(_ name: String) -> Bool { catalog.names.contains(name) }

  /// What keeps the live variant from being written or read; nil when nothing does.
  var trouble: String? {
    let name = VariantName.shown(liveName)
    if !isDeclared(liveName) {
      return "\(name) is live and not declared (highlights.variants): searches wait for it"
    }
    if messages[topic(liveName)] == nil { return "\(name) is live and has no topic" }
    return nil
  }

  /// Titles, a line a variant, and one that says since when which is live.
  var table: [String] {
    let rows =
      [["", "variant", "prompt", "model", "topic", "messages"]]
      + names.map { name in
        [
          name == liveName ? "*" : "", VariantName.shown(name), prompt(name), model(name),
          topic(name),
          messages[topic(name)].map { "\($0)" } ?? "no topic",
        ]
      }
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    let lines = rows.map { row in
      zip(row, widths).enumerated().map { column, cell in
        let gap = String(repeating: " ", count: cell.1 - cell.0.count)
        return column == row.count - 1 ? gap + cell.0 : cell.0 + gap
      }.joined(separator: "  ")
    }
    return (lines + [sentence]).map { HighlightText.plain($0) }
  }

  private func prompt(_ name: String) -> String {
    if name.isEmpty { return defaultPrompt ?? "built-in" }
    return catalog.variant(named: name)?.folder ?? "not declared"
  }

  private func model(_ name: String) -> String {
    guard isDeclared(name) else { return "" }
    return catalog.variant(named: name)?.model ?? defaultModel
  }

  private var sentence: String {
    guard let live else { return "live: default; it was never switched" }
    let actor = live.actor.isEmpty ? "" : ", by \(live.actor)"
    let reason = live.reason.isEmpty ? "" : ": \(live.reason)"
    return "live: \(VariantName.shown(liveName)) since \(UnixTime(live.changedAt))\(actor)\(reason)"
  }

  // MARK: JSON

  /// One object on one line.
  func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let object = Object(
      live: .init(
        variant: VariantName.shown(liveName),
        since: live.map { UnixTime($0.changedAt).description }, actor: live?.actor,
        reason: live?.reason),
      variants: names.map { name in
        let declared = catalog.variant(named: name)
        return .init(
          name: VariantName.shown(name), isLive: name == liveName, isDeclared: isDeclared(name),
          prompt: name.isEmpty ? defaultPrompt : declared?.folder,
          promptVersion: declared?.prompt.version,
          model: isDeclared(name) ? model(name) : nil, evidenceTokens: declared?.evidenceTokens,
          topic: topic(name), messages: messages[topic(name)])
      })
    return String(decoding: try encoder.encode(object), as: UTF8.self)
  }

  private struct Object: Encodable {
    struct Live: Encodable {
      let variant: String
      let since, actor, reason: String?
    }

    struct Row: Encodable {
      let name: String
      let isLive, isDeclared: Bool
      let prompt, promptVersion, model: String?
      let evidenceTokens: Int?
      let topic: String
      let messages: Int64?

      enum CodingKeys: String, CodingKey {
        case name, prompt, model, topic, messages
        case isLive = "live"
        case isDeclared = "declared"
        case promptVersion = "prompt_version"
        case evidenceTokens = "evidence_tokens"
      }
    }

    let live: Live
    let variants: [Row]
  }
}
