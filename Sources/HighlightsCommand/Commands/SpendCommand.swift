import ArgumentParser
import Foundation
import HighlightsProtocol

/// `highlights spend`: what the searches cost.
struct SpendCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "spend",
    abstract: "Prints what searches cost by model, prompt version and lane, from their outcomes.",
    discussion: """
      It reads kafka.topics.outcomes up to its end as it is at the start. Each search counts once. \
      Currencies are listed apart. What deletes old outcomes is the topic's retention.
      """)

  @Option(
    help:
      "Since when: so long ago, such as 24h, or a date such as 2026-11-01 or 2026-11-01T08:00:00Z.")
  var since: String?

  @Flag(help: "Print one JSON object.")
  var json = false

  @OptionGroup var common: CommonOptions

  func run() async throws {
    let settings = try common.settings()
    let start = try since.map(Self.time)
    let log = OutcomeLog(client: try settings.kafka.client(), topic: settings.kafka.topics.outcomes)
    var spend = Spend()
    let unreadable = try await log.read(since: start) { spend.count($0) }
    let report = SpendReport(spend: spend)
    (json ? [try report.json()] : report.table).forEach(Output.line)
    if spend.groups.isEmpty {
      Talk.say("no outcomes in \(log.topic)\(start.map { " since \($0)" } ?? "")")
    }
    if unreadable > 0 { Talk.say("\(unreadable) records of \(log.topic) are no outcomes") }
    report.notes.forEach(Talk.say)
  }

  /// The moment that a duration before now, a date or a time names; without a zone in UTC.
  ///
  /// - Throws: `ValidationError` for any other text.
  static func time(_ text: String) throws -> UnixTime { try time(text, now: Date()) }

  static func time(_ text: String, now: Date) throws -> UnixTime {
    let date =
      Duration(configured: text).map { now - $0 / .seconds(1) }
      ?? (try? Date(text, strategy: .iso8601))
      ?? (try? Date(text, strategy: Date.ISO8601FormatStyle().year().month().day()))
    guard let date else {
      throw ValidationError(
        "--since \(text): allowed: a duration such as 30m, 24h or 7d, or a date such as "
          + "2026-11-01 or 2026-11-01T08:00:00Z")
    }
    return UnixTime(milliseconds: Int64((date.timeIntervalSince1970 * 1_000).rounded()))
  }
}
