/// What happens when, earliest first: a binary heap in one array.
struct EventHeap: Sendable {
  enum Kind: UInt8, Sendable {
    /// The processor has looked at the search.
    case prepared
    /// The gateway has replied.
    case replied
    /// Everything is acknowledged.
    case ended
  }

  struct Event: Sendable {
    let time: Double
    /// The key's rank; -1 for a key that nobody searched for before.
    let key: Int32
    let partition: UInt16
    let kind: Kind
    let path: SearchPath
  }

  private var events: [Event] = []

  var first: Event? { events.first }

  init(capacity: Int) { events.reserveCapacity(capacity) }

  mutating func push(_ event: Event) {
    events.append(event)
    var child = events.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard events[child].time < events[parent].time else { break }
      events.swapAt(child, parent)
      child = parent
    }
  }

  mutating func pop() -> Event? {
    guard let first = events.first, let last = events.popLast() else { return nil }
    guard !events.isEmpty else { return first }
    var hole = 0
    while true {
      var child = 2 * hole + 1
      guard child < events.count else { break }
      if child + 1 < events.count, events[child + 1].time < events[child].time { child += 1 }
      guard events[child].time < last.time else { break }
      events[hole] = events[child]
      hole = child
    }
    events[hole] = last
    return first
  }
}

/// How a search ends.
enum SearchPath: UInt8, Sendable {
  case called, republished, unchanged
}
