import HighlightsProtocol
import Kafka
import SwiftProtobuf

/// Which dead letters a redrive will publish: decided once, at its start, from what stood in the topic then.
///
/// Takes some 100 bytes a letter, not their payloads.
public struct RedrivePlan: Sendable {
  public internal(set) var counts = RedriveCounts()
  /// Offsets to publish, by partition, in order.
  var offsets: [Int32: [Int64]] = [:]
}

/// A dead letter that may be published again, as far as what decides that.
private struct Candidate {
  let partition: Int32
  let offset: Int64
  let publishedAt: Int64
  let isPastDeadline: Bool
  let highlight: KeyInTopic
}

/// A highlight: its key and the topic of its variant.
struct KeyInTopic: Hashable {
  let topic: String
  let key: [UInt8]
}

extension Redrive {
  /// Reads the dead letters up to the end that they have now, and chooses. Publishes nothing.
  func plan(redriven: [Int32: OffsetRanges]) async throws -> RedrivePlan {
    guard let ranges = try await scan.ranges(of: settings.topic) else {
      throw DeadLetterError.noTopic(settings.topic)
    }
    var plan = RedrivePlan()
    var candidates: [Candidate] = []
    try await scan.read(named(ranges)) { message in
      let letter = Letter(message.copy())
      if settings.filter.matches(letter) {
        candidates += candidate(letter, redriven, &plan.counts)
      }
      return true
    }
    let newest =
      settings.includesAnswered
      ? [:] : try await generated(Set(candidates.map(\.highlight)))
    for candidate in candidates {
      if let generatedAt = newest[candidate.highlight], generatedAt >= candidate.publishedAt {
        plan.counts.answeredSince += 1
        continue
      }
      plan.counts.chosen += 1
      if candidate.isPastDeadline { plan.counts.pastDeadline += 1 }
      plan.offsets[candidate.partition, default: []].append(candidate.offset)
    }
    return plan
  }

  /// The ranges without what the filter's offsets leave out at either end.
  private func named(
    _ ranges: [TopicPartition: Range<Int64>]
  ) -> [TopicPartition: Range<Int64>] {
    guard let wanted = settings.filter.offsets else { return ranges }
    return ranges.reduce(into: [:]) { named, next in
      guard let offsets = wanted[next.key.partition]?.ranges, let first = offsets.first,
        let last = offsets.last
      else { return }
      named[next.key] = next.value.clamped(to: first.lowerBound..<last.upperBound)
    }
  }

  private func candidate(
    _ letter: Letter, _ redriven: [Int32: OffsetRanges], _ counts: inout RedriveCounts
  ) -> [Candidate] {
    counts.matched += 1
    if !settings.again, redriven[letter.partition]?.contains(letter.offset) == true {
      counts.alreadyRedriven += 1
      return []
    }
    guard let origin = letter.origin, settings.targets.contains(origin.topic) else {
      counts.withoutOrigin += 1
      return []
    }
    guard letter.truncatedFrom == nil else {
      counts.cut += 1
      return []
    }
    let search = letter.search
    let key = search.flatMap(settings.highlightKey) ?? letter.record.key ?? []
    let variant = letter.record.headers.text(HeaderName.variant)
    return [
      Candidate(
        partition: letter.partition, offset: letter.offset,
        publishedAt: letter.publishedAt ?? .max,
        isPastDeadline: search.map { $0.hasDeadline && UnixTime($0.deadline) < now() } ?? false,
        highlight: KeyInTopic(topic: settings.highlightsTopic(variant), key: key))
    ]
  }

  /// When the newest highlight of each key was generated, in milliseconds since 1970; a key without one is missing.
  ///
  /// A withdrawn one counts like any other: it too says something newer.
  private func generated(_ wanted: Set<KeyInTopic>) async throws -> [KeyInTopic: Int64] {
    var newest: [KeyInTopic: Int64] = [:]
    for topic in Set(wanted.map(\.topic)).sorted() {
      // A variant that nobody has written has no topic.
      guard let ranges = try await scan.ranges(of: topic) else { continue }
      try await scan.read(ranges) { message in
        let place = KeyInTopic(topic: topic, key: message.key ?? [])
        guard wanted.contains(place) else { return true }
        if let highlight = try? Highlight(serializedBytes: message.value ?? []),
          highlight.hasGeneratedAt
        {
          let generatedAt = UnixTime(highlight.generatedAt).milliseconds
          newest[place] = max(newest[place] ?? generatedAt, generatedAt)
        }
        return true
      }
    }
    return newest
  }
}
