import DequeModule

/// Offsets of one partition: received ascending with gaps, completed in any order.
///
/// The watermark runs over the offsets received and never assumes the next one: compaction and
/// transaction markers leave gaps, and a watermark of "+1" would wait in one for ever.
public struct OffsetTracker: Sendable {
  private struct Entry {
    let offset: Int64
    var isComplete = false
  }

  /// Received offsets at or above the watermark, ascending; the first one is incomplete.
  private var entries: Deque<Entry> = []
  private var lastReceived: Int64?

  /// Offsets received and not complete.
  public private(set) var incompleteCount = 0

  public init() {}

  /// Takes note of a message that arrived.
  ///
  /// - Returns: False if `offset` is not above the last one received (a repeat after a seek);
  ///   nothing changes then.
  @discardableResult
  public mutating func receive(_ offset: Int64) -> Bool {
    if let lastReceived, offset <= lastReceived { return false }
    entries.append(Entry(offset: offset))
    lastReceived = offset
    incompleteCount += 1
    return true
  }

  /// Takes note that a message needs no more work.
  ///
  /// - Returns: False if `offset` was never received or is complete already; nothing changes then.
  @discardableResult
  public mutating func complete(_ offset: Int64) -> Bool {
    guard let index = index(of: offset), !entries[index].isComplete else { return false }
    entries[index].isComplete = true
    incompleteCount -= 1
    while let first = entries.first, first.isComplete { entries.removeFirst() }
    return true
  }

  /// The offset to commit, nil before anything was received.
  ///
  /// It is the first incomplete offset, or the last received plus one when there is none. As in
  /// Kafka, a committed offset is the next one to read.
  public var position: Int64? { oldestIncomplete ?? lastReceived.map { $0 + 1 } }

  /// The first offset received and not complete.
  public var oldestIncomplete: Int64? { entries.first?.offset }

  /// Offsets received at or above the watermark, complete or not.
  public var span: Int { entries.count }

  private func index(of offset: Int64) -> Int? {
    var low = 0
    var high = entries.count
    while low < high {
      let middle = (low + high) / 2
      if entries[middle].offset < offset { low = middle + 1 } else { high = middle }
    }
    return low < entries.count && entries[low].offset == offset ? low : nil
  }
}
