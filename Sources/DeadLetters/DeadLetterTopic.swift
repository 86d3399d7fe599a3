import HighlightsProtocol
import Kafka

/// Reads and deletes the dead letters of a topic.
public struct DeadLetterTopic: Sendable {
  let scan: TopicScan
  public let topic: String
  let control: String

  /// - Parameter control: `search.control`, where it stands what was redriven.
  public init(client: KafkaClientConfiguration, topic: String, control: String) {
    scan = TopicScan(client: client)
    self.topic = topic
    self.control = control
  }

  /// Those of the filter that stand in the topic now.
  ///
  /// - Throws: `KafkaError`, ``DeadLetterError``.
  public func list(_ filter: LetterFilter) async throws -> LetterList {
    let redriven = try await redriven()
    var list = LetterList()
    try await read(filter) { letter in
      list.count(letter, isRedriven: redriven[letter.partition]?.contains(letter.offset) == true)
      return true
    }
    return list
  }

  /// The first of the filter, each with whether it was redriven.
  public func letters(
    _ filter: LetterFilter, limit: Int
  ) async throws -> [(letter: Letter, isRedriven: Bool)] {
    let redriven = try await redriven()
    var letters: [(letter: Letter, isRedriven: Bool)] = []
    try await read(filter) { letter in
      letters.append((letter, redriven[letter.partition]?.contains(letter.offset) == true))
      return letters.count < limit
    }
    return letters
  }

  private func read(_ filter: LetterFilter, _ body: (Letter) throws -> Bool) async throws {
    guard var ranges = try await scan.ranges(of: topic) else {
      throw DeadLetterError.noTopic(topic)
    }
    if let wanted = filter.offsets { ranges = ranges.filter { wanted[$0.key.partition] != nil } }
    try await scan.read(ranges) { message in
      let letter = Letter(message.copy())
      return filter.matches(letter) ? try body(letter) : true
    }
  }

  /// Nothing where the control topic is not there: then nobody has redriven anything.
  func redriven() async throws -> [Int32: OffsetRanges] {
    guard let ranges = try await scan.ranges(of: control) else { return [:] }
    var state = RedriveState(topic: topic)
    try await scan.read(ranges) { message in
      state.apply(key: String(decoding: message.key ?? [], as: UTF8.self), value: message.value)
      return true
    }
    return state.redriven
  }
}
