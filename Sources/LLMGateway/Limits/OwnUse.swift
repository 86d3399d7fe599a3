/// What this process used in the last 60 s, by the second.
struct OwnUse: Sendable {
  private static let second: Int64 = 1_000_000_000
  private var requests = [Int](repeating: 0, count: 60)
  private var tokens = [Int](repeating: 0, count: 60)
  private var newest: Int64?

  mutating func add(requests more: Int, tokens moreTokens: Int, at now: Int64) {
    let place = advance(to: now)
    requests[place] += more
    tokens[place] += moreTokens
  }

  mutating func total(at now: Int64) -> (requests: Int, tokens: Int) {
    _ = advance(to: now)
    return (requests.reduce(0, +), max(0, tokens.reduce(0, +)))
  }

  /// Forgets the seconds that have left the window; a clock that goes back stays in its second.
  private mutating func advance(to now: Int64) -> Int {
    let current = max(newest ?? .min, now / Self.second)
    for second in max((newest ?? current) + 1, current - 59)..<(current + 1) {
      requests[Int(second % 60)] = 0
      tokens[Int(second % 60)] = 0
    }
    newest = current
    return Int(current % 60)
  }
}
