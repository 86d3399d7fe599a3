import DequeModule

/// Offsets of one partition: received ascending with gaps, completed in any order.
///
/// The watermark runs over the offsets received and never assumes the next one: compaction and
/// transaction markers leave gaps, and a watermark of "+1" would wait in one for ever.
public struct OffsetTracker: Sendable {
  private struct Entry {
    let offset: Int64
    let timestamp: Int64
    var isComplete = false
  }

  /// Received offsets at or above the watermark, ascending; the first one is incomplete.
  private var entries: Deque<Entry> = []
  private var lastReceived: Int64?

  /// Offsets received and not complete.
  public private(set) var incompleteCount = 0

  /// What an earlier assignment completed and has not arrived in this one.
  private var known: Deque<Range<Int64>>
  private let knownTimestamp: Int64

  /// - Parameter completed: what an earlier assignment completed above its watermark.
  public init(completed: CompletedOffsets? = nil) {
    known = Deque(completed?.ranges ?? [])
    knownTimestamp = completed?.timestamp ?? -1
  }

  /// Takes note of a message that arrived.
  ///
  /// - Parameter timestamp: the record's, in ms since 1970; -1 where it has none.
  /// - Returns: Whether it needs work: false if an earlier assignment completed it, and if
  ///   `offset` is not above the last one received (a repeat after a seek), which changes nothing.
  @discardableResult
  public mutating func receive(_ offset: Int64, timestamp: Int64 = -1) -> Bool {
    if let lastReceived, offset <= lastReceived { return false }
    lastReceived = offset
    while let first = known.first, first.upperBound <= offset { known.removeFirst() }
    let isComplete = known.first?.contains(offset) == true
    if isComplete, entries.isEmpty { return false }
    entries.append(Entry(offset: offset, timestamp: timestamp, isComplete: isComplete))
    if !isComplete { incompleteCount += 1 }
    return !isComplete
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

  /// What is complete above the position: received and completed, or known from before.
  public var completed: CompletedOffsets? {
    var ranges: [Range<Int64>] = []
    var timestamp = knownTimestamp
    func add(_ range: Range<Int64>, follows: Bool) {
      let start = follows ? ranges.removeLast().lowerBound : range.lowerBound
      ranges.append(start..<range.upperBound)
    }
    var follows = false
    for entry in entries {
      if entry.isComplete {
        // Nothing lies between two offsets received one after the other.
        add(entry.offset..<(entry.offset + 1), follows: follows)
        timestamp = entry.timestamp
      }
      follows = entry.isComplete
    }
    let next = lastReceived.map { $0 + 1 } ?? 0
    for range in known where range.upperBound > next {
      let rest = max(range.lowerBound, next)..<range.upperBound
      add(rest, follows: ranges.last?.upperBound == rest.lowerBound)
      timestamp = knownTimestamp
    }
    return CompletedOffsets(ranges, timestamp: timestamp)
  }

  /// Whether a commit's metadata has room for `offset` to complete before the watermark moves.
  public func isWithin(span: Int, _ offset: Int64) -> Bool {
    offset - (oldestIncomplete ?? offset) < Int64(span)
  }

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
