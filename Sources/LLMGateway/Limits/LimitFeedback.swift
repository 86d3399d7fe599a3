/// What refusals teach: a pause, and a lower rate while somebody else uses the same key.
struct LimitFeedback: Sendable {
  private static let second: Int64 = 1_000_000_000
  private static let step = 5 * second
  private static let lowest = 0.1

  private(set) var scale = 1.0
  private(set) var pausedUntil = Int64.min
  /// When a lower limit was seen last.
  private(set) var loweredAt = Int64.min
  /// When the scale moved last, or a refusal was seen.
  private var lastMove = Int64.min
  private var lastFall = Int64.min
  private var refusalsWithoutWait = 0

  /// When the rate rises next.
  var nextRecovery: Int64? { scale < 1 ? lastMove + Self.step : nil }

  mutating func lowered(at now: Int64) { loweredAt = now }

  /// Whether windows are still full of what a lowered limit allowed before.
  private func isExplained(at now: Int64) -> Bool {
    loweredAt > .min && now < loweredAt + 60 * Self.second
  }

  /// Others use the same key, so that only this part of what should be there is; false if that is known.
  mutating func crowded(to part: Double, at now: Int64) -> Bool {
    let next = max(Self.lowest, part)
    guard !isExplained(at: now), next < scale else { return false }
    lastMove = max(lastMove, now)
    scale = next
    return true
  }

  /// A call was counted by the gateway.
  mutating func succeeded() { refusalsWithoutWait = 0 }

  /// - Returns: Whether the scale changed.
  mutating func refused(retryAfter: Int64?, at now: Int64) -> Bool {
    var pause: Int64
    if let retryAfter {
      pause = min(max(retryAfter, 0), 120 * Self.second)
    } else {
      pause = Self.second << min(refusalsWithoutWait, 5)
      refusalsWithoutWait += 1
    }
    // Windows count whole seconds: at the time that the gateway names, one call's room is sure, and
    // what the fleet sends in a second only when the next second has left the window too.
    if isExplained(at: now) { pause += Self.second }
    pausedUntil = max(pausedUntil, now + pause)
    lastMove = max(lastMove, pausedUntil)
    guard !isExplained(at: now), lastFall == .min || now >= lastFall + Self.step else {
      return false
    }
    lastFall = now
    scale = max(Self.lowest, scale * 0.8)
    return true
  }

  /// - Returns: Whether the scale changed.
  mutating func recover(at now: Int64) -> Bool {
    guard let due = nextRecovery, now >= due else { return false }
    let steps = (now - lastMove) / Self.step
    lastMove += steps * Self.step
    scale = min(1, scale + 0.02 * Double(steps))
    return true
  }

  mutating func shift(by nanoseconds: Int64) {
    if pausedUntil > .min { pausedUntil += nanoseconds }
    if loweredAt > .min { loweredAt += nanoseconds }
    if lastMove > .min { lastMove += nanoseconds }
    if lastFall > .min { lastFall += nanoseconds }
  }
}
