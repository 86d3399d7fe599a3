import ArgumentParser
import Control
import Foundation
import Kafka
import Logging
import TopicAdmin

/// `highlights topics`: the topics as code.
struct TopicsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "topics", abstract: "Compares the topics with a plan, and makes them so.",
    subcommands: [Plan.self, Apply.self])

  struct TopicOptions: ParsableArguments {
    @Option(help: "The topics as they should be.")
    var file = TopicDrift.file

    @OptionGroup var common: CommonOptions

    /// Runs `body` with the plan, what the settings ask of it, and an admin client.
    func withPlan(
      _ body: (TopicPlan, TopicRequirements, KafkaAdmin) async throws -> Void
    ) async throws {
      let settings = try common.settings()
      let plan = try settings.topicPlan(file: file)
      let requirements = try settings.topicRequirements()
      let admin = try KafkaAdmin(
        configuration: settings.kafka.client(), logger: Logger(label: "topics"))
      let result: Result<Void, any Error>
      do { result = .success(try await body(plan, requirements, admin)) } catch {
        result = .failure(error)
      }
      await admin.close()
      try result.get()
    }
  }

  struct Plan: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Prints what apply would change, what it could not, and what is dangerous.")

    @Flag(help: "Print one JSON object.")
    var json = false

    @OptionGroup var options: TopicOptions

    func run() async throws {
      try await options.withPlan { plan, requirements, admin in
        let review = try await plan.review(admin, requirements: requirements)
        (json ? [try TopicJSON(review: review).line()] : TopicText(review: review).lines)
          .forEach(Output.line)
      }
    }
  }

  struct Apply: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract:
        "Creates the topics that are missing and changes those that differ, once confirmed.",
      discussion: """
        Prints the plan first; with --json both the plan and what came of it at the end. What cannot be changed, such as fewer partitions, is left as it is, and \
        the exit code is 1 then. Nothing is ever deleted, and settings that the plan does not name \
        stay as they are.
        """)

    @Flag(help: "Do not ask.")
    var yes = false

    @Flag(
      help: "Print one JSON object; needs --yes, as nobody could be asked about a plan not shown.")
    var json = false

    @OptionGroup var options: TopicOptions

    func validate() throws {
      guard !json || yes else { throw ValidationError("--json asks nobody; --yes agrees") }
    }

    func run() async throws {
      try await options.withPlan { plan, requirements, admin in
        let review = try await plan.review(admin, requirements: requirements)
        if !json { TopicText(review: review).lines.forEach(Output.line) }
        let errors = review.concerns.filter { $0.severity == .error }
        guard errors.isEmpty else { throw UnfitTopics(concerns: errors) }
        var results: [TopicResult] = []
        if !review.isSettled {
          try Confirmation.ask("Apply this to the brokers?", agreed: yes)
          results = try await review.apply(admin)
        }
        if json {
          Output.line(try TopicJSON(review: review, results: results).line())
        } else {
          say(results)
        }
        let failed = results.contains { if case .failed = $0.outcome { true } else { false } }
        if failed || review.impossible > 0 { throw ExitCode.failure }
      }
    }

    private func say(_ results: [TopicResult]) {
      for result in results {
        switch result.outcome {
        case .created: Output.line("created  \(result.topic)")
        case .changed(let changes):
          Output.line("changed  \(result.topic): \(changes.map(\.key).joined(separator: ", "))")
        case .failed(let error): Output.line("failed   \(result.topic): \(error)")
        case .equal: break
        }
      }
    }
  }
}

/// A plan whose topics would not do for the workers: only another plan or other settings mend it.
struct UnfitTopics: Error, CustomStringConvertible {
  let concerns: [TopicConcern]

  var description: String {
    "the plan is not applied: \(concerns.map(\.description).joined(separator: "; "))"
  }
}

/// A review for people.
struct TopicText {
  let review: TopicReview

  var lines: [String] {
    review.topics.flatMap(lines) + review.concerns.map(line) + [summary]
  }

  private func lines(_ topic: TopicReview.Topic) -> [String] {
    let name = topic.planned.name
    if topic.isMissing {
      let settings = topic.planned.config.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
      let size =
        "\(topic.planned.partitions) partitions, replication \(topic.planned.replication)"
      return ["create   \(name): \(([size] + settings).joined(separator: ", "))"]
    }
    let others = topic.unplanned.sorted { $0.key < $1.key }
      .map { "           keeps \($0.key)=\($0.value), which the plan does not name" }
    guard !topic.changes.isEmpty else { return ["equal    \(name)"] + others }
    return ["differs  \(name)"] + topic.changes.flatMap(lines) + others
  }

  private func lines(_ change: TopicChange) -> [String] {
    if let obstacle = change.obstacle {
      return ["           \(change)", "             CANNOT BE DONE: \(obstacle)"]
    }
    return ["           \(change)"]
      + (change.danger.map { ["             DANGEROUS: \($0)"] } ?? [])
  }

  private func line(_ concern: TopicConcern) -> String {
    "\(concern.severity == .error ? "WRONG" : "warning")  \(concern)"
  }

  private var summary: String {
    if review.isEqual { return "nothing to do: \(review.topics.count) topics are as planned" }
    var parts: [String] = []
    if !review.missing.isEmpty { parts.append("\(review.missing.count) to create") }
    if review.possible > 0 {
      parts.append(
        "\(review.possible) to change"
          + (review.dangerous > 0 ? ", \(review.dangerous) of them dangerous" : ""))
    }
    if review.impossible > 0 { parts.append("\(review.impossible) that cannot be changed") }
    return parts.joined(separator: "; ")
  }
}

extension Settings {
  /// The plan of a file, with the topics of the variants that are declared.
  ///
  /// - Throws: `TopicPlanError`; `ConfigurationError` for a file of variants that cannot be read.
  func topicPlan(file: String) throws -> TopicPlan {
    let highlights = kafka.topics.highlights
    let topics = try variantCatalog().names.map {
      VariantName.topic(of: $0, highlights: highlights)
    }
    return try TopicPlan(file: file).adding(topics, like: highlights)
  }

  /// What these settings ask of the topics.
  ///
  /// - Throws: `ConfigurationError` for a file of variants that cannot be read.
  func topicRequirements() throws -> TopicRequirements {
    let topics = kafka.topics
    let retries = worker.retryDelays.map { (topics.retry($0), Duration(configured: $0) ?? .zero) }
    let tries = retries.reduce(Duration.zero) { $0 + $1.1 }
    let hold = budget.amountMicros == nil ? Duration.zero : budget.period.longest
    let waits =
      "a search may wait for all of worker.retry_delays"
      + (hold > .zero ? " and for the budget's next \(budget.period.rawValue)" : "")
    let highlightTopics = try variantCatalog().names.map {
      VariantName.topic(of: $0, highlights: topics.highlights)
    }
    return TopicRequirements(
      alongside: [
        .init(leader: topics.queries, topics: [topics.backfill, topics.dead] + retries.map(\.0))
      ],
      retentions: ([topics.queries, topics.backfill] + retries.map(\.0)).map {
        .init(topic: $0, moreThan: hold + tries, reason: waits)
      }
        + highlightTopics.map {
          .init(
            topic: $0, moreThan: highlights.expiresAfter,
            reason: "a highlight is shown until highlights.expires_after")
        },
      compacted: highlightTopics + [topics.control], undeleted: [topics.control])
  }
}

extension BudgetSettings.Period {
  /// What holds searches until the next one begins.
  fileprivate var longest: Duration {
    switch self {
    case .hour: .seconds(3_600)
    case .day: .seconds(86_400)
    case .month: .seconds(31 * 86_400)
    }
  }
}

/// How the brokers' topics differ from the plan, for `highlights doctor`.
enum TopicDrift {
  static let file = "Config/topics.yaml"

  /// Compares, and never fails: whether topics that are needed are there is another check's.
  static func finding(
    _ settings: Settings, _ admin: KafkaAdmin, file: String = file
  ) async -> Finding {
    guard FileManager.default.fileExists(atPath: file) else {
      return Finding(check: "drift", verdict: .ok, found: "not compared: \(file) is not here")
    }
    do {
      let review = try await settings.topicPlan(file: file)
        .review(admin, requirements: settings.topicRequirements(), timeout: .seconds(5))
      let found = review.drift + review.concerns.map(\.description)
      guard !found.isEmpty else {
        return Finding(check: "drift", verdict: .ok, found: "topics are as \(file) says")
      }
      let more = found.count > 3 ? "; and \(found.count - 3) more" : ""
      return Finding(
        check: "drift", verdict: .warn,
        found: "\(found.prefix(3).joined(separator: "; "))\(more)",
        advice: "highlights topics plan")
    } catch let error as KafkaError where error.code == .unsupportedFeature {
      return Finding(
        check: "drift", verdict: .ok, found: "not compared: these brokers take no admin requests")
    } catch {
      return Finding(
        check: "drift", verdict: .warn, found: "not compared: \(error)",
        advice: "highlights topics plan")
    }
  }
}
