import Kafka

/// What a redrive has yet to publish, taken in portions of all partitions: their owners share the work.
struct ChosenLetters {
  private var left: [Int32: ArraySlice<Int64>]
  private let topic: String
  /// Chosen, and no longer in the log when they were read.
  private(set) var vanished = 0

  init(_ offsets: [Int32: [Int64]], topic: String) {
    left = offsets.mapValues { $0[...] }.filter { !$0.value.isEmpty }
    self.topic = topic
  }

  var isEmpty: Bool { left.isEmpty }

  /// Where the next portion lies: of each partition as many as of the others.
  func portion(of limit: Int) -> [TopicPartition: Range<Int64>] {
    let share = max(1, limit / max(1, left.count))
    return left.reduce(into: [:]) { ranges, next in
      guard let first = next.value.first, let last = next.value.prefix(share).last else { return }
      ranges[TopicPartition(topic: topic, partition: next.key)] = first..<last + 1
    }
  }

  /// Whether the message read is one of them; those before it that did not come are gone.
  mutating func take(_ partition: Int32, _ offset: Int64) -> Bool {
    drop(of: partition, below: offset)
    guard left[partition]?.first == offset else { return false }
    left[partition]?.removeFirst()
    forgetIfEmpty(partition)
    return true
  }

  /// A portion was read to its end: what of it did not come is gone.
  mutating func finish(_ ranges: [TopicPartition: Range<Int64>]) {
    for (partition, range) in ranges { drop(of: partition.partition, below: range.upperBound) }
  }

  private mutating func drop(of partition: Int32, below offset: Int64) {
    while let first = left[partition]?.first, first < offset {
      left[partition]?.removeFirst()
      vanished += 1
    }
    forgetIfEmpty(partition)
  }

  private mutating func forgetIfEmpty(_ partition: Int32) {
    if left[partition]?.isEmpty == true { left[partition] = nil }
  }
}
