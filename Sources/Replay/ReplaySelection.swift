import HighlightsProtocol
import Kafka
import Logging
import SwiftProtobuf

/// Finds what a job is about, from what is fixed in it: ranges, filters and keys.
struct ReplaySelection: Sendable {
  /// Some chosen messages, and how far they bring the replay once they are published.
  struct Step: Sendable {
    var items: [ReplayItem] = []
    /// In the order of offsets: the next offset, by partition.
    var next: [Int32: Int64] = [:]
    /// In the order of traffic: where each of `items` stands.
    var places: [ReplayPlace] = []
    /// What was counted on the way.
    var counts = ReplayCounts()
  }

  /// Called now and then with the offsets that a reading has passed; may throw to end it.
  typealias Tick = (_ passed: Int) async throws -> Void

  let job: ReplayJobState
  let keys: [KeyDigest]
  let client: KafkaClientConfiguration
  let logger: Logger
  /// Most items of a step.
  var stepSize = 1_000

  private var spec: ReplaySpec { job.spec }
  private var reader: RangeReader { RangeReader(client: client, topic: spec.topic, logger: logger) }
  private var ranges: [Int32: Range<Int64>] { Self.ranges(job.ranges) }

  private static func ranges(_ records: [ReplayRange]) -> [Int32: Range<Int64>] {
    records.reduce(into: [:]) { $0[$1.partition] = $1.begin..<max($1.begin, $1.end) }
  }

  /// Offsets of the job's ranges.
  var offsetCount: Int { ranges.values.reduce(0) { $0 + $1.count } }
  /// Those of the topic of highlights, where it is asked.
  var factCount: Int { Self.ranges(job.factRanges).values.reduce(0) { $0 + $1.count } }

  // MARK: What the filters ask

  /// The filter, with what it needs to know of highlights.
  func filter(_ facts: HighlightFacts?) -> MessageFilter {
    MessageFilter(
      spec, keys: Set(keys), facts: spec.filters.asksForHighlights ? facts : nil)
  }

  /// The highlights as they were when the job was made; nil where nobody asks.
  func facts(_ tick: Tick) async throws -> HighlightFacts? {
    guard !job.factRanges.isEmpty else { return nil }
    let counted = Self.ranges(job.factRanges)
    var ranges = try await TopicRanges(client: client, logger: logger).whole(spec.factTopic)
    // Read on beyond what counts: only that tells which keys were written anew.
    for (partition, range) in counted {
      let begin = ranges[partition]?.lowerBound ?? range.lowerBound
      ranges[partition] = begin..<max(begin, ranges[partition]?.upperBound ?? range.upperBound)
    }
    var facts = HighlightFacts()
    let reader = RangeReader(client: client, topic: spec.factTopic, logger: logger)
    try await reader.read(ranges) { messages in
      for message in messages {
        guard let key = message.key.flatMap({ KeyDigest($0) }) else { continue }
        let end = counted[message.partitionNumber]?.upperBound ?? 0
        let highlight: Highlight? = message.value.flatMap {
          try? MessageCodec().decode(
            from: $0, contentType: message.headers.text(HeaderName.contentType))
        }
        facts.add(key: key, highlight, isWithin: message.offset < end)
      }
      try await tick(messages.count)
    }
    return facts
  }

  // MARK: The first reading

  /// The latest message of each key.
  func choose(
    _ filter: MessageFilter, _ facts: HighlightFacts?, _ tick: Tick
  ) async throws -> (ChosenMessages, ReplayCounts) {
    var latest = LatestMessages()
    var counts = ReplayCounts()
    try await reader.read(ranges) { messages in
      for message in messages {
        let verdict = filter.verdict(on: message)
        counts.count(verdict)
        guard case .matches(let key?) = verdict else { continue }
        latest.add(
          key, partition: message.partitionNumber, offset: message.offset,
          timestamp: message.timestamp ?? 0)
      }
      try await tick(messages.count)
    }
    let created = UnixTime(job.createdAt).milliseconds
    let score: ((LatestMessages.Entry) -> Double)? =
      spec.order == .traffic
      ? { (facts ?? HighlightFacts()).score(of: $0, at: created) } : nil
    let chosen = latest.chosen(score: score)
    counts.keys = UInt64(chosen.count)
    return (chosen, counts)
  }

  // MARK: The second reading

  /// Every message that the filter lets through, from what is recorded on.
  func every(
    _ filter: MessageFilter, _ make: (KafkaMessage) -> ReplayItem?,
    _ body: (Step) async throws -> Void
  ) async throws {
    let progress = job.progressByPartition
    let left = ranges.reduce(into: [Int32: Range<Int64>]()) { left, range in
      let begin = min(max(progress[range.key] ?? 0, range.value.lowerBound), range.value.upperBound)
      left[range.key] = begin..<range.value.upperBound
    }
    try await reader.read(left) { messages in
      var step = Step()
      step.items.reserveCapacity(min(stepSize, messages.count))
      for message in messages {
        let verdict = filter.verdict(on: message)
        step.counts.count(verdict)
        step.next[message.partitionNumber] = message.offset + 1
        guard case .matches = verdict else { continue }
        guard let item = make(message) else {
          step.counts.unreadable += 1
          continue
        }
        step.items.append(item)
        guard step.items.count == stepSize else { continue }
        try await body(step)
        step = Step()
        step.items.reserveCapacity(stepSize)
      }
      try await body(step)
    }
  }

  /// The chosen messages in the order of their offsets, from what is recorded on.
  func inOrderOfOffsets(
    _ chosen: ChosenMessages, _ make: (KafkaMessage) -> ReplayItem?,
    _ body: (Step) async throws -> Void
  ) async throws {
    let progress = job.progressByPartition
    var left: [Int32: Range<Int>] = [:]
    var reading: [Int32: Range<Int64>] = [:]
    for partition in ranges.keys {
      let ranks = chosen.ranks(of: partition)
      let begin = progress[partition] ?? 0
      let first = chosen.firstRank {
        $0 >= ranks.upperBound || ($0 >= ranks.lowerBound && chosen[$0].offset >= begin)
      }
      guard first < ranks.upperBound else { continue }
      left[partition] = first..<ranks.upperBound
      reading[partition] = chosen[first].offset..<chosen[ranks.upperBound - 1].offset + 1
    }
    try await reader.read(reading) { messages in
      var step = Step()
      for message in messages {
        guard var ranks = left[message.partitionNumber] else { continue }
        while let rank = ranks.first, chosen[rank].offset < message.offset {
          // It was there in the first reading.
          step.counts.deleted += 1
          ranks.removeFirst()
        }
        if let rank = ranks.first, chosen[rank].offset == message.offset {
          ranks.removeFirst()
          step.next[message.partitionNumber] = message.offset + 1
          if let item = make(message) {
            step.items.append(item)
          } else {
            step.counts.unreadable += 1
          }
        }
        left[message.partitionNumber] = ranks
        guard step.items.count == stepSize else { continue }
        try await body(step)
        step = Step()
      }
      try await body(step)
    }
    var rest = Step()
    for (partition, ranks) in left where !ranks.isEmpty {
      rest.counts.deleted += UInt64(ranks.count)
      rest.next[partition] = chosen[ranks.upperBound - 1].offset + 1
    }
    if rest.counts.deleted > 0 { try await body(rest) }
  }

  /// The chosen messages in the order of traffic and staleness, from what is recorded on. For each step the topic is
  /// read from its first message to its last.
  func inOrderOfTraffic(
    _ chosen: ChosenMessages, _ facts: HighlightFacts?,
    _ make: (KafkaMessage) -> ReplayItem?, _ body: (Step) async throws -> Void
  ) async throws {
    let created = UnixTime(job.createdAt).milliseconds
    let facts = facts ?? HighlightFacts()
    func place(_ rank: Int) -> ReplayPlace {
      var place = ReplayPlace()
      place.score = facts.score(of: chosen[rank], at: created)
      place.partition = chosen[rank].partition
      place.offset = chosen[rank].offset
      return place
    }
    var rank = job.hasPlace ? chosen.firstRank { place($0).isBehind(job.place) } : 0
    while rank < chosen.count {
      let window = rank..<min(rank + stepSize, chosen.count)
      let ranks = Self.ranks(window, chosen)
      let spans = ranks.mapValues { offsets in
        (offsets.keys.min() ?? 0)..<(offsets.keys.max() ?? -1) + 1
      }
      var found: [Int: ReplayItem] = [:]
      try await reader.read(spans) { messages in
        for message in messages {
          guard let rank = ranks[message.partitionNumber]?[message.offset] else { continue }
          found[rank] = make(message)
        }
      }
      var step = Step()
      for rank in window {
        guard let item = found[rank] else {
          step.counts.deleted += 1
          continue
        }
        step.items.append(item)
        step.places.append(place(rank))
      }
      try await body(step)
      rank = window.upperBound
    }
  }

  /// The ranks of a window by partition and offset.
  private static func ranks(
    _ window: Range<Int>, _ chosen: ChosenMessages
  ) -> [Int32: [Int64: Int]] {
    window.reduce(into: [:]) { $0[chosen[$1].partition, default: [:]][chosen[$1].offset] = $1 }
  }
}

extension ReplayPlace {
  /// Whether it comes later in the order of traffic and staleness.
  func isBehind(_ other: ReplayPlace) -> Bool {
    if score != other.score { return score < other.score }
    return (partition, offset) > (other.partition, other.offset)
  }
}
