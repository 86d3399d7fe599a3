import HighlightsProtocol

/// Values by equal steps of time, of which the newest are kept.
///
/// A pure value of a fixed size: each step is overwritten by the one that comes as many later as are kept.
struct StepRing<Value: Sendable>: Sendable {
  /// In milliseconds.
  let step: Int64
  private let empty: Value
  private var slots: [(number: Int64, value: Value)]
  private var newest = Int64.min

  /// - Parameter count: How many steps are kept, the one that is under way included.
  init(step: Duration, keeping count: Int, empty: Value) {
    self.step = max(1, step.inMilliseconds)
    self.empty = empty
    slots = Array(repeating: (.min, empty), count: max(1, count))
  }

  /// The number of the step under way; a clock that goes back stays in it.
  func number(at now: UnixTime) -> Int64 {
    max(newest, now.milliseconds.flooredQuotient(step))
  }

  /// Changes the value of the step under way.
  mutating func update(at now: UnixTime, _ change: (inout Value) -> Void) {
    newest = number(at: now)
    let place = place(of: newest)
    if slots[place].number != newest { slots[place] = (newest, empty) }
    change(&slots[place].value)
  }

  /// The values of so many steps, the oldest first.
  ///
  /// - Parameter isWhole: Whether the last of them is the one before the step under way, which has all its time.
  func last(_ count: Int, at now: UnixTime, isWhole: Bool = false) -> [Value] {
    let end = number(at: now) + (isWhole ? 0 : 1)
    return (end - Int64(count)..<end).map { number in
      let slot = slots[place(of: number)]
      return slot.number == number ? slot.value : empty
    }
  }

  private func place(of number: Int64) -> Int {
    let count = Int64(slots.count)
    return Int((number % count + count) % count)
  }
}

extension Int64 {
  /// Division that rounds down, also below zero.
  func flooredQuotient(_ divisor: Int64) -> Int64 {
    let (quotient, rest) = quotientAndRemainder(dividingBy: divisor)
    return rest < 0 ? quotient - 1 : quotient
  }
}
