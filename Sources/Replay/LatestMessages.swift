/// Where the latest message of each key stands, and how many there were: all that a first reading keeps.
///
/// Within a partition the higher offset is the later. It grows with the keys and not with the messages: 40 bytes for a
/// key in blocks that never move, and an index of 4-byte places that is at most three quarters full.
struct LatestMessages: Sendable {
  struct Entry: Sendable, Hashable {
    let key: KeyDigest
    var offset: Int64
    /// Milliseconds since 1970.
    var timestamp: Int64
    let partition: Int32
    /// Messages of the key, at most `UInt32.max`.
    var count: UInt32
  }

  private static let blockSize = 4_096

  private var blocks: [[Entry]] = []
  /// Places of entries by hash, from 1; 0 is free.
  private var index = [UInt32](repeating: 0, count: 1_024)
  /// Entries: keys, and once more for each further partition that a key stands in.
  private(set) var count = 0

  /// Bytes that it has allocated.
  var allocatedBytes: Int {
    blocks.reduce(0) { $0 + $1.capacity * MemoryLayout<Entry>.stride }
      + index.capacity * MemoryLayout<UInt32>.stride
  }

  mutating func add(_ key: KeyDigest, partition: Int32, offset: Int64, timestamp: Int64) {
    let slot = slot(of: key, partition)
    if index[slot] != 0 {
      let place = Int(index[slot]) - 1
      let (block, position) = (place / Self.blockSize, place % Self.blockSize)
      if blocks[block][position].count < .max { blocks[block][position].count += 1 }
      guard offset > blocks[block][position].offset else { return }
      blocks[block][position].offset = offset
      blocks[block][position].timestamp = timestamp
      return
    }
    precondition(count < Int(UInt32.max) - 1, "more keys than can be counted")
    if blocks.last.map({ $0.count == Self.blockSize }) ?? true {
      blocks.append([])
      blocks[blocks.count - 1].reserveCapacity(Self.blockSize)
    }
    blocks[blocks.count - 1].append(
      Entry(key: key, offset: offset, timestamp: timestamp, partition: partition, count: 1))
    count += 1
    index[slot] = UInt32(count)
    if count * 4 > index.count * 3 { grow() }
  }

  subscript(place: UInt32) -> Entry {
    blocks[Int(place) / Self.blockSize][Int(place) % Self.blockSize]
  }

  /// The entry of the key and partition, or the free place where it belongs.
  private func slot(of key: KeyDigest, _ partition: Int32) -> Int {
    var slot = start(key, partition)
    while index[slot] != 0 {
      let entry = self[index[slot] - 1]
      if entry.key == key, entry.partition == partition { return slot }
      slot = (slot + 1) & (index.count - 1)
    }
    return slot
  }

  /// Keys are hashes, but anybody may write records with keys that collide in some bits: all of them count.
  private func start(_ key: KeyDigest, _ partition: Int32) -> Int {
    var hasher = Hasher()
    hasher.combine(key)
    hasher.combine(partition)
    return hasher.finalize() & (index.count - 1)
  }

  private mutating func grow() {
    let size = index.count * 2
    // The old index goes first, so that both are never there at once.
    index = []
    index = [UInt32](repeating: 0, count: size)
    for place in 0..<UInt32(count) {
      let entry = self[place]
      var slot = start(entry.key, entry.partition)
      while index[slot] != 0 { slot = (slot + 1) & (size - 1) }
      index[slot] = place + 1
    }
  }

  /// Frees what only adding needs.
  private mutating func endAdding() { index = [] }

  /// One message a key: the latest by its time, and by partition where those are equal.
  ///
  /// - Parameter score: what is published first; nil for the order of partitions and offsets.
  consuming func chosen(score: ((Entry) -> Double)? = nil) -> ChosenMessages {
    endAdding()
    var places = Array(0..<UInt32(count))
    places.sort { left, right in
      let (left, right) = (self[left], self[right])
      if left.key != right.key { return left.key < right.key }
      return (left.timestamp, left.partition) < (right.timestamp, right.partition)
    }
    var kept = 0
    for (position, place) in places.enumerated() {
      let entry = self[place]
      if position + 1 < places.count, self[places[position + 1]].key == entry.key {
        // A later one follows: it counts for both.
        add(entry.count, to: places[position + 1])
        continue
      }
      places[kept] = place
      kept += 1
    }
    places.removeLast(places.count - kept)
    return ChosenMessages(messages: self, places: places, score: score)
  }

  private mutating func add(_ count: UInt32, to place: UInt32) {
    let (block, position) = (Int(place) / Self.blockSize, Int(place) % Self.blockSize)
    let (sum, overflow) = blocks[block][position].count.addingReportingOverflow(count)
    blocks[block][position].count = overflow ? .max : sum
  }
}

/// The messages that a replay publishes, one a key, in the order in which it does so.
struct ChosenMessages: Sendable {
  private let messages: LatestMessages
  private let places: [UInt32]

  fileprivate init(
    messages: consuming LatestMessages, places: consuming [UInt32],
    score: ((LatestMessages.Entry) -> Double)?
  ) {
    let messages = messages
    var places = places
    places.sort { left, right in
      let (left, right) = (messages[left], messages[right])
      if let score {
        let (first, second) = (score(left), score(right))
        if first != second { return first > second }
      }
      return (left.partition, left.offset) < (right.partition, right.offset)
    }
    self.messages = messages
    self.places = places
  }

  var count: Int { places.count }
  var allocatedBytes: Int { messages.allocatedBytes + places.capacity * 4 }

  subscript(rank: Int) -> LatestMessages.Entry { messages[places[rank]] }

  /// The ranks of a partition; only in the order of offsets.
  func ranks(of partition: Int32) -> Range<Int> {
    let begin = firstRank { self[$0].partition >= partition }
    return begin..<firstRank { self[$0].partition > partition }
  }

  /// The first rank of which it holds; it holds of all behind that one.
  func firstRank(where holds: (Int) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if holds(middle) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
