/// What this process used in the last 60 s, by the second.
struct OwnUse: Sendable {
  private static let second: Int64 = 1_000_000_000
  private var requests = [Int](repeating: 0, count: 60)
  private var input = [Int](repeating: 0, count: 60)
  private var output = [Int](repeating: 0, count: 60)
  private var newest: Int64?

  /// - Parameters:
  ///   - input: Tokens; below 0 where a call took less than was reserved for it.
  ///   - output: The same of the answer.
  mutating func add(requests more: Int, input moreInput: Int, output moreOutput: Int, at now: Int64)
  {
    let place = advance(to: now)
    requests[place] += more
    input[place] += moreInput
    output[place] += moreOutput
  }

  mutating func total(at now: Int64) -> (requests: Int, tokens: Int) {
    _ = advance(to: now)
    return (requests.reduce(0, +), max(0, input.reduce(0, +) + output.reduce(0, +)))
  }

  /// Units of one dimension.
  func total(_ dimension: LimitDimension, at now: Int64) -> Int {
    var current = self
    let (requests, tokens) = current.total(at: now)
    return switch dimension {
    case .requests: requests
    case .tokens: tokens
    case .inputTokens: max(0, current.input.reduce(0, +))
    case .outputTokens: max(0, current.output.reduce(0, +))
    }
  }

  /// Forgets the seconds that have left the window; a clock that goes back stays in its second.
  private mutating func advance(to now: Int64) -> Int {
    let current = max(newest ?? .min, now / Self.second)
    for second in max((newest ?? current) + 1, current - 59)..<(current + 1) {
      requests[Int(second % 60)] = 0
      input[Int(second % 60)] = 0
      output[Int(second % 60)] = 0
    }
    newest = current
    return Int(current % 60)
  }
}
