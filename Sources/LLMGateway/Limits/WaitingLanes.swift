/// The calls that wait, in arrival order within a lane.
struct WaitingLanes: Sendable {
  struct Waiter: Sendable {
    let number: UInt64
    let cost: LimitedCost
    /// The largest part of any limit that it uses; what lanes share is measured in it.
    let weight: Double
    var isCancelled = false
  }

  private var interactive = WaitingLine()
  private var backfill = WaitingLine()
  private let floor: Double
  private var lastNumber: UInt64 = 0
  /// What backfill may still be given before interactive calls: it grows with each of those that
  /// went while backfill waited, so neither lane starves and the floor holds over any stretch.
  private var claim = 0.0

  init(floor: Double) { self.floor = floor }

  var isEmpty: Bool { interactive.isEmpty && backfill.isEmpty }

  func count(_ lane: CallLane) -> Int {
    lane == .interactive ? interactive.count : backfill.count
  }

  mutating func append(_ cost: LimitedCost, weight: Double, lane: CallLane) -> RateLimiter.Ticket {
    lastNumber += 1
    let waiter = Waiter(number: lastNumber, cost: cost, weight: weight)
    switch lane {
    case .interactive: interactive.append(waiter)
    case .backfill: backfill.append(waiter)
    }
    return RateLimiter.Ticket(lane: lane, number: lastNumber)
  }

  mutating func cancel(_ ticket: RateLimiter.Ticket) {
    switch ticket.lane {
    case .interactive: interactive.cancel(ticket.number)
    case .backfill: backfill.cancel(ticket.number)
    }
    if backfill.isEmpty { claim = 0 }
  }

  /// Who goes next.
  var head: (waiter: Waiter, lane: CallLane)? {
    guard let later = backfill.first else { return interactive.first.map { ($0, .interactive) } }
    guard let sooner = interactive.first, claim < later.weight else { return (later, .backfill) }
    return (sooner, .interactive)
  }

  /// Takes the head out.
  mutating func removeHead() -> RateLimiter.Ticket? {
    guard let (waiter, lane) = head else { return nil }
    switch lane {
    case .interactive:
      interactive.removeFirst()
      if !backfill.isEmpty { claim += waiter.weight * (1 - floor) / floor }
    case .backfill:
      backfill.removeFirst()
      claim = backfill.isEmpty ? 0 : max(0, claim - waiter.weight)
    }
    return RateLimiter.Ticket(lane: lane, number: waiter.number)
  }
}

/// One lane: first in, first out; anyone may leave. `first` is never one that left.
struct WaitingLine: Sendable {
  /// Numbers ascend.
  private var waiters: [WaitingLanes.Waiter] = []
  private var start = 0
  private(set) var count = 0

  var isEmpty: Bool { count == 0 }
  var first: WaitingLanes.Waiter? { count == 0 ? nil : waiters[start] }

  mutating func append(_ waiter: WaitingLanes.Waiter) {
    waiters.append(waiter)
    count += 1
  }

  mutating func removeFirst() {
    start += 1
    count -= 1
    dropLeft()
  }

  mutating func cancel(_ number: UInt64) {
    var low = start
    var high = waiters.count
    while low < high {
      let middle = (low + high) / 2
      if waiters[middle].number < number { low = middle + 1 } else { high = middle }
    }
    guard low < waiters.count, waiters[low].number == number, !waiters[low].isCancelled
    else { return }
    waiters[low].isCancelled = true
    count -= 1
    dropLeft()
  }

  private mutating func dropLeft() {
    while start < waiters.count, waiters[start].isCancelled { start += 1 }
    // Moving half as many as were removed since the last time costs each of them a constant.
    if start >= 64, start * 2 >= waiters.count {
      waiters.removeFirst(start)
      start = 0
    }
  }
}
