/// A set of offsets of one partition, kept as ranges: as small as it has gaps, not as it has members.
public struct OffsetRanges: Sendable, Hashable {
  /// In order, apart from each other, none of them empty.
  public private(set) var ranges: [Range<Int64>] = []

  public init() {}

  public init(_ ranges: [Range<Int64>]) {
    for range in ranges { insert(range) }
  }

  public var isEmpty: Bool { ranges.isEmpty }
  public var count: Int64 { ranges.reduce(0) { $0 + Int64($1.count) } }

  public func contains(_ offset: Int64) -> Bool {
    let index = firstRange(endingAbove: offset)
    return index < ranges.count && ranges[index].contains(offset)
  }

  /// Adds offsets; those that are there stay.
  public mutating func insert(_ range: Range<Int64>) {
    guard !range.isEmpty else { return }
    // Ranges that touch become one, so the one that ends where this begins is merged too.
    let first = firstRange(endingAbove: range.lowerBound - 1)
    var last = first
    var (lower, upper) = (range.lowerBound, range.upperBound)
    while last < ranges.count, ranges[last].lowerBound <= range.upperBound {
      lower = min(lower, ranges[last].lowerBound)
      upper = max(upper, ranges[last].upperBound)
      last += 1
    }
    ranges.replaceSubrange(first..<last, with: [lower..<upper])
  }

  public mutating func insert(_ offset: Int64) { insert(offset..<offset + 1) }

  public mutating func formUnion(_ other: OffsetRanges) {
    for range in other.ranges { insert(range) }
  }

  /// Forgets what the log has deleted.
  public mutating func removeAll(below offset: Int64) {
    ranges = ranges.compactMap {
      $0.upperBound <= offset ? nil : max($0.lowerBound, offset)..<$0.upperBound
    }
  }

  /// The index of the first range that ends after `offset`.
  private func firstRange(endingAbove offset: Int64) -> Int {
    var (low, high) = (0, ranges.count)
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle].upperBound > offset { high = middle } else { low = middle + 1 }
    }
    return low
  }
}

extension OffsetRanges {
  /// Lengths that take turns from offset 0 on: so many that are not in it, so many that are, and so on.
  var runs: [UInt64] {
    var end: Int64 = 0
    return ranges.flatMap { range in
      defer { end = range.upperBound }
      return [UInt64(range.lowerBound - end), UInt64(range.count)]
    }
  }

  /// Nil for lengths that go past the largest offset or do not come in pairs.
  init?(runs: [UInt64]) {
    guard runs.count.isMultiple(of: 2) else { return nil }
    var end: Int64 = 0
    for index in stride(from: 0, to: runs.count, by: 2) {
      guard let gap = Int64(exactly: runs[index]), let length = Int64(exactly: runs[index + 1])
      else { return nil }
      let (start, startOverflows) = end.addingReportingOverflow(gap)
      let (next, endOverflows) = start.addingReportingOverflow(length)
      guard !startOverflows, !endOverflows else { return nil }
      insert(start..<next)
      end = next
    }
  }
}

extension OffsetRanges {
  /// Reads places such as `0:100-200,1:5-,2:7,3`: of partition 0 the offsets 100 to 200, of 1 those from 5 on, of 2
  /// offset 7, all of 3.
  ///
  /// - Throws: ``DeadLetterError/badPlaces(_:)``.
  public static func places(_ text: String) throws(DeadLetterError) -> [Int32: OffsetRanges] {
    var places: [Int32: OffsetRanges] = [:]
    for item in text.split(separator: ",", omittingEmptySubsequences: false) {
      let parts = item.split(separator: ":", omittingEmptySubsequences: false)
      guard (1...2).contains(parts.count), let partition = Int32(parts[0]), partition >= 0,
        let range = range(parts.count == 2 ? parts[1] : "0-")
      else { throw .badPlaces(String(item)) }
      places[partition, default: OffsetRanges()].insert(range)
    }
    return places
  }

  private static func range(_ text: Substring) -> Range<Int64>? {
    let ends = text.split(separator: "-", omittingEmptySubsequences: false)
    guard (1...2).contains(ends.count), let first = Int64(ends[0]), first >= 0, first < .max else {
      return nil
    }
    if ends.count == 1 { return first..<first + 1 }
    if ends[1].isEmpty { return first..<Int64.max }
    guard let last = Int64(ends[1]), last >= first, last < .max else { return nil }
    return first..<last + 1
  }
}
