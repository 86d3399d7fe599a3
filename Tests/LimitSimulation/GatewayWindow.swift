/// A gateway that admits what fits into the last 60 seconds, counted in whole seconds; it shares no
/// code with the limiter. Times are nanoseconds since the start.
struct GatewayWindow {
  enum Answer {
    case admitted
    /// Room for the call comes after so many nanoseconds.
    case refused(retryAfter: Int64)
  }

  private static let second: Int64 = 1_000_000_000

  private(set) var requestLimit: Int
  private(set) var tokenLimit: Int
  private var requests = [Int](repeating: 0, count: 60)
  private var tokens = [Int](repeating: 0, count: 60)
  private var requestSum = 0
  private var tokenSum = 0
  private var current: Int64 = 0

  init(requestLimit: Int, tokenLimit: Int) {
    self.requestLimit = requestLimit
    self.tokenLimit = tokenLimit
  }

  mutating func halve() {
    requestLimit /= 2
    tokenLimit /= 2
  }

  mutating func admit(tokens cost: Int, at time: Int64) -> Answer {
    move(to: time / Self.second)
    guard requestSum + 1 <= requestLimit, tokenSum + cost <= tokenLimit else {
      return .refused(retryAfter: room(for: cost) - time)
    }
    let slot = Int(current % 60)
    requests[slot] += 1
    tokens[slot] += cost
    requestSum += 1
    tokenSum += cost
    return .admitted
  }

  /// What the responses of now state; call it after ``admit(tokens:at:)``, as a refusal counts nothing.
  var headers: LimitHeaders {
    LimitHeaders(
      requests: requestLimit, tokens: tokenLimit,
      remainingRequests: max(0, requestLimit - requestSum),
      remainingTokens: max(0, tokenLimit - tokenSum))
  }

  private mutating func move(to second: Int64) {
    while current < second {
      current += 1
      let slot = Int(current % 60)
      requestSum -= requests[slot]
      tokenSum -= tokens[slot]
      requests[slot] = 0
      tokens[slot] = 0
    }
  }

  /// When enough of the oldest seconds have left the window.
  private func room(for cost: Int) -> Int64 {
    var requestSum = requestSum
    var tokenSum = tokenSum
    var second = current
    while second < current + 60, requestSum + 1 > requestLimit || tokenSum + cost > tokenLimit {
      second += 1
      requestSum -= requests[Int(second % 60)]
      tokenSum -= tokens[Int(second % 60)]
    }
    return second * Self.second
  }
}
