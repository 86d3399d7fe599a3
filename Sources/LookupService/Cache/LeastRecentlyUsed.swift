/// Values by key whose costs together never exceed a capacity; the one used the longest ago leaves
/// first.
///
/// A pure value. Entries live in one array and are linked by index, newest first, so that using,
/// inserting and removing each take constant time and allocate nothing once it has its size.
struct LeastRecentlyUsed<Key: Hashable & Sendable, Value: Sendable>: Sendable {
  private struct Entry: Sendable {
    var key: Key
    /// Nil in a place that is free.
    var value: Value?
    var cost: Int
    var newer: Int
    var older: Int
  }

  private static var none: Int { -1 }

  /// What the costs of all values may come to.
  let capacity: Int
  /// What they come to.
  private(set) var cost = 0
  private var entries: [Entry] = []
  private var places: [Key: Int] = [:]
  private var free: [Int] = []
  private var newest = -1
  private var oldest = -1

  init(capacity: Int) {
    self.capacity = max(0, capacity)
  }

  var count: Int { places.count }

  /// Keys from the one used last to the one used the longest ago.
  var keys: [Key] {
    var keys: [Key] = []
    var place = newest
    while place != Self.none {
      keys.append(entries[place].key)
      place = entries[place].older
    }
    return keys
  }

  /// The value of a key, which counts as used now.
  mutating func value(forKey key: Key) -> Value? {
    guard let place = places[key] else { return nil }
    if place != newest {
      unlink(place)
      linkAsNewest(place)
    }
    return entries[place].value
  }

  /// The value of a key, without using it.
  func peek(_ key: Key) -> Value? {
    places[key].flatMap { entries[$0].value }
  }

  /// A value that was let go.
  struct Removed: Sendable {
    let key: Key
    let value: Value
    let cost: Int
  }

  /// The one used the longest ago, without using it.
  var oldestKey: Key? { oldest == Self.none ? nil : entries[oldest].key }

  /// Takes a value in as the newest, and lets go of as many of the oldest as it takes.
  ///
  /// One that costs more than the capacity is not kept, and neither is what it replaces.
  ///
  /// - Returns: The others that were let go, the oldest first.
  @discardableResult
  mutating func insert(_ value: Value, forKey key: Key, cost: Int) -> [Removed] {
    let cost = max(0, cost)
    guard cost <= capacity else {
      remove(key)
      return []
    }
    if let place = places[key] {
      self.cost += cost - entries[place].cost
      entries[place].value = value
      entries[place].cost = cost
      unlink(place)
      linkAsNewest(place)
    } else {
      let entry = Entry(key: key, value: value, cost: cost, newer: Self.none, older: Self.none)
      let place: Int
      if let freed = free.popLast() {
        place = freed
        entries[place] = entry
      } else {
        place = entries.count
        entries.append(entry)
      }
      places[key] = place
      self.cost += cost
      linkAsNewest(place)
    }
    var removed: [Removed] = []
    while self.cost > capacity, let oldestKey, let oldest = remove(oldestKey) {
      removed.append(oldest)
    }
    return removed
  }

  @discardableResult
  mutating func remove(_ key: Key) -> Removed? {
    guard let place = places.removeValue(forKey: key), let value = entries[place].value else {
      return nil
    }
    unlink(place)
    let cost = entries[place].cost
    self.cost -= cost
    entries[place].value = nil
    free.append(place)
    return Removed(key: key, value: value, cost: cost)
  }

  private mutating func unlink(_ place: Int) {
    let (newer, older) = (entries[place].newer, entries[place].older)
    if newer == Self.none { newest = older } else { entries[newer].older = older }
    if older == Self.none { oldest = newer } else { entries[older].newer = newer }
  }

  private mutating func linkAsNewest(_ place: Int) {
    entries[place].newer = Self.none
    entries[place].older = newest
    if newest == Self.none { oldest = place } else { entries[newest].newer = place }
    newest = place
  }
}
