import Foundation
import Highlights
import HighlightsProtocol
import Kafka
import Logging

/// What an operator asks to be replayed. Checked, it becomes a job whose ranges are fixed.
public struct ReplayRequest: Sendable {
  public var spec: ReplaySpec
  /// Nothing means all partitions from end to end.
  public var offsets: [OffsetSpan] = []
  /// Record keys, 32 hexadecimal characters each; nil means all.
  public var keys: [String]?
  public var actor: String

  /// The most keys of ``keys``: they travel in one record.
  public static let keyLimit = 50_000

  public init(spec: ReplaySpec, actor: String) {
    self.spec = spec
    self.actor = actor
  }

  /// Checks what was asked and captures where the topics end now.
  ///
  /// - Throws: ``ReplayError``.
  func job(
    id: String, client: KafkaClientConfiguration, now: UnixTime, logger: Logger
  ) async throws(ReplayError) -> (state: ReplayJobState, keys: [KeyDigest]?) {
    let spec = try checked(now: now)
    let topics = TopicRanges(client: client, logger: logger)
    var ranges = try clipped(try await topics.whole(spec.topic))
    if !spec.target.isEmpty { _ = try await topics.whole(spec.target) }
    if spec.filters.hasSince {
      let since = UnixTime(spec.filters.since)
      let filled = ranges.filter { !$0.value.isEmpty }
      if let begins = await topics.offsets(spec.topic, filled.keys, from: since) {
        for (partition, range) in filled {
          let begin = begins[partition] ?? range.upperBound
          ranges[partition] = min(max(begin, range.lowerBound), range.upperBound)..<range.upperBound
        }
      }
    }
    var state = ReplayJobState()
    state.id = id
    state.actor = actor
    state.createdAt = now.timestamp
    state.updatedAt = now.timestamp
    state.status = .running
    state.runs = 1
    state.spec = spec
    state.ranges = Self.records(ranges)
    if spec.filters.asksForHighlights || spec.order == .traffic {
      state.factRanges = Self.records(try await topics.whole(spec.factTopic))
    }
    let keys = try digests()
    state.spec.filters.keyCount = UInt32(keys?.count ?? 0)
    return (state, keys)
  }

  /// The ranges that were asked for, as far as the topic holds them.
  private func clipped(
    _ whole: [Int32: Range<Int64>]
  ) throws(ReplayError) -> [Int32: Range<Int64>] {
    guard !offsets.isEmpty else { return whole }
    var ranges: [Int32: Range<Int64>] = [:]
    for span in offsets {
      guard let log = whole[span.partition] else {
        throw .invalid(
          what: "partition", value: "\(span.partition)",
          allowed: "0 to \(whole.count - 1) of \(spec.topic)")
      }
      if let begin = span.begin, begin > log.upperBound {
        throw .invalid(
          what: "offsets", value: "\(span.partition):\(begin)-",
          allowed: "up to \(log.upperBound), where partition \(span.partition) ends")
      }
      let begin = min(max(span.begin ?? log.lowerBound, log.lowerBound), log.upperBound)
      ranges[span.partition] = begin..<min(max(span.end ?? log.upperBound, begin), log.upperBound)
    }
    return ranges
  }

  private static func records(_ ranges: [Int32: Range<Int64>]) -> [ReplayRange] {
    ranges.sorted { $0.key < $1.key }.map { partition, range in
      var record = ReplayRange()
      record.partition = partition
      record.begin = range.lowerBound
      record.end = range.upperBound
      return record
    }
  }

  private func digests() throws(ReplayError) -> [KeyDigest]? {
    guard let keys else { return nil }
    guard (1...Self.keyLimit).contains(keys.count) else {
      throw .invalid(what: "keys", value: "\(keys.count)", allowed: "1 to \(Self.keyLimit)")
    }
    var digests: Set<KeyDigest> = []
    for key in keys {
      guard let digest = KeyDigest(key.utf8) else {
        throw .invalid(
          what: "key", value: String(key.prefix(80)),
          allowed: "32 lower-case hexadecimal characters")
      }
      digests.insert(digest)
    }
    return digests.sorted()
  }

  // MARK: Rules

  private func checked(now: UnixTime) throws(ReplayError) -> ReplaySpec {
    var spec = spec
    try checkTimes(now: now)
    guard spec.rate >= 0, spec.rate.isFinite else {
      throw .invalid(what: "rate", value: "\(spec.rate)", allowed: "0 (none) or more a second")
    }
    if spec.batch == 0 { spec.batch = 10_000 }
    guard (2...100_000).contains(spec.batch) else {
      throw .invalid(what: "batch", value: "\(spec.batch)", allowed: "2 to 100000")
    }
    if spec.every, spec.order == .traffic {
      throw .invalid(
        what: "order", value: "traffic", allowed: "with the latest of each key, not with every one")
    }
    switch (spec.source, spec.store.isEmpty) {
    case (.highlights, true):
      throw .invalid(
        what: "source", value: spec.topic,
        allowed: "highlights are no searches: only into a store (--to-store)")
    case (.queries, false), (.deadLetters, false):
      throw .invalid(what: "store", value: spec.store, allowed: "only highlights")
    default: break
    }
    guard spec.store.isEmpty != spec.target.isEmpty else {
      throw .invalid(what: "target", value: spec.target, allowed: "either a topic or a store")
    }
    guard spec.target != spec.topic else {
      throw .invalid(
        what: "target", value: spec.target, allowed: "another topic than the one that is read")
    }
    let outcome = spec.filters.outcome
    guard outcome.isEmpty || HighlightFacts.outcomes.contains(outcome) else {
      throw .invalid(
        what: "outcome", value: outcome,
        allowed: HighlightFacts.outcomes.joined(separator: ", "))
    }
    try spec.filters.fold()
    return spec
  }

  private func checkTimes(now: UnixTime) throws(ReplayError) {
    let filters = spec.filters
    guard filters.hasSince else {
      if filters.hasUntil, UnixTime(filters.until) <= UnixTime(milliseconds: 0) {
        throw .invalid(
          what: "until", value: "\(UnixTime(filters.until))", allowed: "a time after 1970 began")
      }
      return
    }
    let since = UnixTime(filters.since)
    guard since <= now else {
      throw .invalid(what: "since", value: "\(since)", allowed: "not the future; it is \(now)")
    }
    guard filters.hasUntil else { return }
    let until = UnixTime(filters.until)
    guard since < until else {
      throw .invalid(
        what: since == until ? "empty range" : "reversed range", value: "\(since) to \(until)",
        allowed: "a since before its until")
    }
  }
}

extension ReplayFilters {
  /// Brings locale and text into the form in which they are compared.
  fileprivate mutating func fold() throws(ReplayError) {
    if !locale.isEmpty {
      do { locale = try LanguageTag(locale).description } catch {
        throw .invalid(what: "locale", value: locale, allowed: "a BCP 47 language tag")
      }
    }
    if !text.isEmpty {
      do { text = try NormalizedText(text).description } catch {
        throw .invalid(what: "text", value: String(text.prefix(80)), allowed: "\(error)")
      }
    }
  }
}

extension ReplayJobState {
  /// A name that sorts by time: `20261127T232400-3f9a1c`.
  static func newID(now: UnixTime) -> String {
    let digits = now.description.prefix(19).filter { $0 != "-" && $0 != ":" }
    var random = SystemRandomNumberGenerator()
    let number = UInt32.random(in: 0..<1 << 24, using: &random)
    let hex = String(number, radix: 16)
    return digits + "-" + String(repeating: "0", count: 6 - hex.count) + hex
  }
}
