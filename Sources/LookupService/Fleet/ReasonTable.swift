/// Results with their reasons, each with a place of its own as far as there are places.
///
/// Reasons are words of a short list, but what comes over the wire may be anything: the list is bounded, one that was
/// not seen for long makes room, and what finds none is counted with the others of its result.
struct ReasonTable: Sendable {
  struct Entry: Sendable, Hashable {
    let result: String
    let reason: String
  }

  static let capacity = 64
  /// All places, one for what is left over of each result included.
  static let places = capacity + FleetWords.results.count

  private var entries: [Entry?] = Array(repeating: nil, count: capacity)
  private var index: [Entry: Int] = [:]
  private var seen = [Int64](repeating: .min, count: capacity)
  private(set) var totals = [Int64](repeating: 0, count: places)

  /// Counts one and says at which place.
  ///
  /// - Parameters:
  ///   - step: When: a number that only rises.
  ///   - forgettable: What was not seen since before this step is counted nowhere any more but in its total.
  mutating func count(_ entry: Entry, step: Int64, forgettable: Int64) -> Int {
    let place = place(of: entry, forgettable: forgettable)
    if place < Self.capacity { seen[place] = step }
    totals[place] = FleetWords.sum(totals[place], 1)
    return place
  }

  private mutating func place(of entry: Entry, forgettable: Int64) -> Int {
    if let known = index[entry] { return known }
    guard let free = index.count < Self.capacity ? index.count : forgotten(before: forgettable)
    else { return Self.rest(of: entry.result) }
    if let old = entries[free] {
      index[old] = nil
      let rest = Self.rest(of: old.result)
      totals[rest] = FleetWords.sum(totals[rest], totals[free])
      totals[free] = 0
    }
    entries[free] = entry
    index[entry] = free
    return free
  }

  private func forgotten(before step: Int64) -> Int? {
    seen.indices.filter { seen[$0] < step }.min { seen[$0] < seen[$1] }
  }

  private static func rest(of result: String) -> Int {
    capacity + (FleetWords.results.firstIndex(of: result) ?? FleetWords.results.count - 1)
  }

  /// What stands at a place; nil where nothing does.
  func entry(at place: Int) -> Entry? {
    guard place >= Self.capacity else { return entries[place] }
    guard totals[place] > 0 else { return nil }
    return Entry(result: FleetWords.results[place - Self.capacity], reason: "(other)")
  }
}
