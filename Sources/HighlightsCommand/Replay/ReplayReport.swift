import Foundation
import HighlightsProtocol
import Replay

/// Replays for people, some lines each, and for machines, as JSON.
struct ReplayReport {
  let jobs: [ReplayJobState]

  var lines: [String] {
    guard !jobs.isEmpty else { return ["no replays"] }
    return jobs.flatMap { job in
      let reason = job.reason.isEmpty ? "" : " (\(job.reason))"
      return [
        "\(job.id)  \(job.word)\(reason)",
        "  by \(job.actor) at \(UnixTime(job.createdAt)), last heard of at \(UnixTime(job.updatedAt))",
        "  \(job.spec.topic) → \(Self.target(job)): \(Self.what(job))",
        "  \(Self.counts(job))",
      ]
    }.map { HighlightText.plain($0) }
  }

  private static func target(_ job: ReplayJobState) -> String {
    job.spec.target.isEmpty ? job.spec.store : job.spec.target
  }

  private static func what(_ job: ReplayJobState) -> String {
    let (spec, filters) = (job.spec, job.spec.filters)
    let offsets = job.ranges.reduce(0) { $0 + max(0, $1.end - $1.begin) }
    var words = [
      spec.every ? "every message" : "the latest of each key", "\(offsets) offsets",
    ]
    if filters.hasSince { words.append("since \(UnixTime(filters.since))") }
    if filters.hasUntil { words.append("until \(UnixTime(filters.until))") }
    if filters.hasOlderThan { words.append("older than \(UnixTime(filters.olderThan))") }
    for (name, value) in [
      ("locale", filters.locale), ("text", filters.text), ("outcome", filters.outcome),
      ("prompt", filters.promptVersion), ("model", filters.model),
    ] where !value.isEmpty { words.append("\(name) \(value)") }
    words += filters.headers.map { "header \($0.name)=\($0.value)" }
    if filters.keyCount > 0 { words.append("\(filters.keyCount) keys asked for") }
    if spec.order == .traffic { words.append("by traffic") }
    if spec.forceRefresh { words.append("force_refresh") }
    if spec.hasVariant, !spec.target.isEmpty { words.append("variant \(spec.variant)") }
    return words.joined(separator: ", ")
  }

  private static func counts(_ job: ReplayJobState) -> String {
    let counts = job.counts
    var words = ["\(counts.read) read", "\(counts.matched) matched"]
    if !job.spec.every { words.append("\(counts.keys) keys") }
    words.append("\(counts.published) published")
    for (name, count) in [
      ("unreadable", counts.unreadable), ("cut", counts.truncated),
      ("written since", counts.renewed), ("deleted meanwhile", counts.deleted),
    ] where count > 0 { words.append("\(count) \(name)") }
    if !job.currency.isEmpty {
      words.append("\(Quantity.text(micros: job.costMicros)) \(job.currency)")
    }
    return words.joined(separator: ", ")
  }

  // MARK: JSON

  func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    return String(decoding: try encoder.encode(Object(replays: jobs.map(Row.init))), as: UTF8.self)
  }

  private struct Object: Encodable { let replays: [Row] }

  private struct Row: Encodable {
    let id, actor, createdAt, updatedAt, status, reason, runner, source, target: String
    let read, matched, keys, published, unreadable, truncated, renewed, deleted: UInt64
    let runs: UInt32
    let costMicros: UInt64?
    let currency: String?

    init(_ job: ReplayJobState) {
      id = job.id
      actor = job.actor
      createdAt = UnixTime(job.createdAt).description
      updatedAt = UnixTime(job.updatedAt).description
      status = job.word
      reason = job.reason
      runner = job.runner
      source = job.spec.topic
      target = ReplayReport.target(job)
      let counts = job.counts
      (read, matched, keys) = (counts.read, counts.matched, counts.keys)
      (published, unreadable) = (counts.published, counts.unreadable)
      (truncated, renewed, deleted) = (counts.truncated, counts.renewed, counts.deleted)
      runs = job.runs
      costMicros = job.currency.isEmpty ? nil : job.costMicros
      currency = job.currency.isEmpty ? nil : job.currency
    }
  }
}
