/// Offsets handed out and not completed, by assignment epoch.
///
/// The total changes only with the sets it counts, so it cannot drift from them: an in-flight
/// counter kept beside its state stalls a worker for ever after a revoke.
struct InFlightOffsets: Sendable {
  private var offsets: [Int: Set<Int64>] = [:]

  /// Offsets of all epochs.
  private(set) var count = 0

  subscript(epoch: Int) -> Set<Int64> { offsets[epoch] ?? [] }

  func count(of epoch: Int) -> Int { offsets[epoch]?.count ?? 0 }

  mutating func insert(_ offset: Int64, epoch: Int) {
    if offsets[epoch, default: []].insert(offset).inserted { count += 1 }
  }

  /// Returns false if the offset was not in flight in this epoch.
  @discardableResult
  mutating func remove(_ offset: Int64, epoch: Int) -> Bool {
    guard offsets[epoch]?.remove(offset) != nil else { return false }
    if offsets[epoch]?.isEmpty == true { offsets[epoch] = nil }
    count -= 1
    return true
  }

  /// Moves what is in flight of an ended epoch to another table.
  mutating func move(epoch: Int, to other: inout InFlightOffsets) {
    guard let moved = offsets.removeValue(forKey: epoch) else { return }
    count -= moved.count
    for offset in moved { other.insert(offset, epoch: epoch) }
  }
}
