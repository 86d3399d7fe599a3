import HighlightsProtocol
import Kafka
import Logging

/// What differs between the highlights of two variants, key by key, as their topics are now.
public struct VariantDiff: Sendable {
  /// One side's sums, over the keys that both sides have.
  public struct Side: Sendable, Hashable {
    public internal(set) var answered = 0
    public internal(set) var sentences = 0
    public internal(set) var citations = 0
    /// Millionths, by currency.
    public internal(set) var costMicros: [String: UInt64] = [:]
  }

  /// What became of a key from the first side to the second.
  public enum Change: String, Sendable, Hashable, CaseIterable {
    case answeredThenNot = "answered → not"
    case notThenAnswered = "not → answered"
    case otherSentences = "other sentences"
    case otherCitations = "other citations"
    case otherReason = "declined for another reason"
    case same = "same"
  }

  /// A key that changed, with both highlights.
  public struct Sample: Sendable {
    public let change: Change
    public let first: Highlight
    public let second: Highlight
  }

  public internal(set) var first = Side()
  public internal(set) var second = Side()
  public internal(set) var onlyFirst = 0
  public internal(set) var onlySecond = 0
  public internal(set) var counts: [Change: Int] = [:]
  /// In the order of keys, which is that of no meaning, so that they stand for all.
  public internal(set) var samples: [Sample] = []

  /// Keys that both sides have.
  public var both: Int { counts.values.reduce(0, +) }

  /// Reads both topics up to their ends, twice where there are samples.
  ///
  /// - Parameter samples: the most of each kind of change.
  /// - Throws: ``ReplayError``.
  public static func read(
    client: KafkaClientConfiguration, first: String, second: String, samples: Int = 3,
    logger: Logger = Logger(label: "variants")
  ) async throws -> VariantDiff {
    var sides: [[KeyDigest: Outline]] = [[:], [:]]
    var ranges: [[Int32: Range<Int64>]] = []
    for (index, topic) in [first, second].enumerated() {
      ranges.append(try await TopicRanges(client: client, logger: logger).whole(topic))
      try await each(RangeReader(client: client, topic: topic, logger: logger), ranges[index]) {
        sides[index][$0] = $1.map(Outline.init)
      }
    }
    var diff = VariantDiff(sides[0], sides[1])
    let chosen = diff.chosen(sides[0], sides[1], samples)
    guard !chosen.isEmpty else { return diff }
    var highlights: [[KeyDigest: Highlight]] = [[:], [:]]
    for (index, topic) in [first, second].enumerated() {
      try await each(RangeReader(client: client, topic: topic, logger: logger), ranges[index]) {
        if chosen[$0] != nil { highlights[index][$0] = $1 }
      }
    }
    diff.samples = chosen.sorted { $0.key < $1.key }.compactMap { key, change in
      guard let first = highlights[0][key], let second = highlights[1][key] else { return nil }
      return Sample(change: change, first: first, second: second)
    }
    return diff
  }

  private static func each(
    _ reader: RangeReader, _ ranges: [Int32: Range<Int64>],
    _ body: (KeyDigest, Highlight?) -> Void
  ) async throws {
    try await reader.read(ranges) { messages in
      for message in messages {
        guard let key = message.key.flatMap({ KeyDigest($0) }) else { continue }
        guard let value = message.value else {
          body(key, nil)
          continue
        }
        let highlight: Highlight? = try? MessageCodec().decode(
          from: value, contentType: message.headers.text(HeaderName.contentType))
        if let highlight { body(key, highlight) }
      }
    }
  }

  /// What is kept of a highlight to compare it.
  struct Outline: Sendable, Hashable {
    let isAnswered: Bool
    let reason: Int
    let sentences: Int
    let citations: Int
    let sentenceCount: UInt16
    let citationCount: UInt16
    let costMicros: UInt64
    let currency: String

    init(_ highlight: Highlight) {
      isAnswered = highlight.status == .answered
      reason = Self.hash(highlight.reason)
      sentences = Self.hash(highlight.sentences.map(\.text))
      let cited = highlight.sentences.flatMap(\.citations)
      // Which places are cited, not in which order or how often.
      citations = Self.hash(Set(cited.map { "\($0.videoID)/\($0.segmentIndex)" }))
      sentenceCount = UInt16(clamping: highlight.sentences.count)
      citationCount = UInt16(clamping: cited.count)
      costMicros = highlight.usage.costMicros
      currency = highlight.usage.currency
    }

    private static func hash(_ value: some Hashable) -> Int {
      var hasher = Hasher()
      hasher.combine(value)
      return hasher.finalize()
    }

    func change(to other: Outline) -> Change {
      switch (isAnswered, other.isAnswered) {
      case (true, false): .answeredThenNot
      case (false, true): .notThenAnswered
      case (false, false): reason == other.reason ? .same : .otherReason
      case (true, true):
        sentences != other.sentences
          ? .otherSentences : citations != other.citations ? .otherCitations : .same
      }
    }
  }

  init(_ first: [KeyDigest: Outline], _ second: [KeyDigest: Outline]) {
    for (key, left) in first {
      guard let right = second[key] else {
        onlyFirst += 1
        continue
      }
      self.first.add(left)
      self.second.add(right)
      counts[left.change(to: right), default: 0] += 1
    }
    onlySecond = second.count - both
  }

  private func chosen(
    _ first: [KeyDigest: Outline], _ second: [KeyDigest: Outline], _ limit: Int
  ) -> [KeyDigest: Change] {
    guard limit > 0 else { return [:] }
    var byChange: [Change: [KeyDigest]] = [:]
    for (key, left) in first {
      guard let right = second[key] else { continue }
      let change = left.change(to: right)
      guard change != .same else { continue }
      var keys = byChange[change, default: []]
      if keys.count < limit {
        keys.append(key)
      } else if let last = keys.indices.max(by: { keys[$0] < keys[$1] }), key < keys[last] {
        keys[last] = key
      }
      byChange[change] = keys
    }
    return byChange.reduce(into: [:]) { chosen, entry in
      for key in entry.value { chosen[key] = entry.key }
    }
  }
}

extension VariantDiff.Side {
  fileprivate mutating func add(_ outline: VariantDiff.Outline) {
    if outline.isAnswered { answered += 1 }
    sentences += Int(outline.sentenceCount)
    citations += Int(outline.citationCount)
    guard outline.costMicros > 0 else { return }
    costMicros[outline.currency, default: 0] += outline.costMicros
  }
}
