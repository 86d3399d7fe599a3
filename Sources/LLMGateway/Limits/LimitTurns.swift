/// When this process may send a request: the turns of the partitions that it owns.
///
/// Turn k of the fleet is at `anchor + k * period` by the wall clock and belongs to partition
/// k mod `count`. So the fleet's requests are spread evenly over a minute, with nobody in the
/// middle: 64 workers that each waited for a 64th of 60 requests a minute at moments of their own
/// would at times meet in one window and exceed the limit. Clocks that disagree by d let at most
/// d / `period` requests more into a window.
struct LimitTurns: Sendable {
  private let anchor: Int64
  /// Nanoseconds between two turns of the fleet.
  private let period: Int64
  private let count: Int64
  /// Ascending.
  private let owned: [Int64]
  /// Which part of the own turns is used, above 0 to 1.
  var scale = 1.0
  /// The longest time between two turns of this process, in nanoseconds.
  let longestGap: Int64

  /// - Parameters:
  ///   - perMinute: How many requests all owners together may send in 60 s.
  ///   - start: The anchor of a share that is no set of partitions.
  init(perMinute: Double, share: LimitShare, start: Int64) {
    let period = 60e9 / perMinute
    switch share {
    case .all: (anchor, count, owned) = (start, 1, [0])
    case .fixed: (anchor, count, owned) = (start, 1, share.fraction > 0 ? [0] : [])
    case .partitions(let partitions, let of):
      anchor = 0
      count = Int64(max(of, 1))
      owned = partitions.filter { (0..<of).contains($0) }.map(Int64.init).sorted()
    }
    if case .fixed = share, share.fraction > 0 {
      self.period = Int64((period / share.fraction).rounded(.up))
    } else {
      self.period = Int64(period.rounded(.up))
    }
    var gap: Int64 = 0
    for (index, partition) in owned.enumerated() {
      let previous = index > 0 ? owned[index - 1] : owned[owned.count - 1] - count
      gap = max(gap, partition - previous)
    }
    longestGap = gap * self.period
  }

  /// How many own turns a minute has.
  var perMinute: Double { 60e9 / Double(period) * Double(owned.count) / Double(count) * scale }

  /// The first own turn after a time; nil when no partition is owned.
  ///
  /// It looks at one turn, and at a few more while `scale` leaves turns out.
  func first(after time: Int64) -> Int64? {
    guard !owned.isEmpty else { return nil }
    let turn = (time - anchor).flooredQuotient(period) + 1
    var round = turn.flooredQuotient(count)
    var index = firstIndex(notBelow: turn - round * count)
    while true {
      if index == owned.count {
        round += 1
        index = 0
      }
      if isUsed(owned[index], round: round) {
        return anchor + (round * count + owned[index]) * period
      }
      index += 1
    }
  }

  private func firstIndex(notBelow partition: Int64) -> Int {
    var low = 0
    var high = owned.count
    while low < high {
      let middle = (low + high) / 2
      if owned[middle] < partition { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// Leaves turns out evenly, by wall time alone, so that workers with one scale stay in step.
  private func isUsed(_ partition: Int64, round: Int64) -> Bool {
    guard scale < 1 else { return true }
    let position = Double(round) * scale + GoldenSequence.member(partition)
    return (position + scale).rounded(.down) > position.rounded(.down)
  }
}

extension Int64 {
  /// Division that rounds down, also below zero.
  fileprivate func flooredQuotient(_ divisor: Int64) -> Int64 {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? quotient - 1 : quotient
  }
}
