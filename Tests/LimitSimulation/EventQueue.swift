/// Events by time, those of one time in the order in which they were added.
struct EventQueue<Event> {
  private struct Entry {
    let time: Int64
    let number: Int
    let event: Event
  }

  private var entries: [Entry] = []
  private var added = 0

  mutating func add(_ event: Event, at time: Int64) {
    added += 1
    let entry = Entry(time: time, number: added, event: event)
    entries.append(entry)
    var index = entries.count - 1
    while index > 0 {
      let parent = (index - 1) / 2
      if !Self.isBefore(entry, entries[parent]) { break }
      entries[index] = entries[parent]
      index = parent
    }
    entries[index] = entry
  }

  mutating func next() -> (time: Int64, event: Event)? {
    guard let first = entries.first, let last = entries.popLast() else { return nil }
    guard !entries.isEmpty else { return (first.time, first.event) }
    var index = 0
    let count = entries.count
    while true {
      var child = 2 * index + 1
      if child >= count { break }
      if child + 1 < count, Self.isBefore(entries[child + 1], entries[child]) { child += 1 }
      if !Self.isBefore(entries[child], last) { break }
      entries[index] = entries[child]
      index = child
    }
    entries[index] = last
    return (first.time, first.event)
  }

  private static func isBefore(_ left: Entry, _ right: Entry) -> Bool {
    left.time == right.time ? left.number < right.number : left.time < right.time
  }
}
