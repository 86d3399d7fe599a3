/// What a simulator admitted and refused since its start or the last reset; `GET /admin/ledger`.
///
/// Every request received ends up in exactly one of `admitted`, `refused` and, when it met a fault
/// before the limits, `faults`; except those whose body has not come yet or whose client left. One
/// that was stalled and let go counts again as what became of it.
/// What was admitted before a reset and completed after it counts as completed only.
public struct GatewayLedger: Sendable, Equatable, Codable {
  /// One second.
  public struct Second: Sendable, Equatable, Codable {
    /// Its number since the ledger's start. Seconds begin when those of the limits' windows do.
    public internal(set) var second = 0
    /// Requests admitted in it.
    public internal(set) var admitted = 0
    /// Tokens that the limits counted for them.
    public internal(set) var tokens = 0
    /// Requests refused in it, for whatever reason.
    public internal(set) var refused = 0
  }

  /// When second 0 began, in seconds since 1970.
  public internal(set) var since = 0.0
  /// Seconds since then.
  public internal(set) var elapsed = 0.0
  /// Chat requests received.
  public internal(set) var received = 0
  /// Of those, how many while an outage was on.
  public internal(set) var receivedDuringOutage = 0
  /// Requests that passed the limits.
  public internal(set) var admitted = 0
  /// Tokens that the limits counted for them: with `count_output` `actual`, those of `usage`.
  public internal(set) var admittedTokens = 0
  /// Requests refused, by reason.
  public internal(set) var refused: [String: Int] = [:]
  /// Faults that requests met, by name.
  public internal(set) var faults: [String: Int] = [:]
  /// Requests answered 200.
  public internal(set) var completed = 0
  /// Prompt tokens of the completed requests, as their `usage` tells them.
  public internal(set) var promptTokens = 0
  /// Completion tokens of the completed requests, as their `usage` tells them.
  public internal(set) var completionTokens = 0
  /// Each of the last 3,600 seconds up to now, oldest first.
  public internal(set) var seconds: [Second] = []

  enum CodingKeys: String, CodingKey {
    case since, elapsed, received, admitted, refused, faults, completed, seconds
    case receivedDuringOutage = "received_during_outage"
    case admittedTokens = "admitted_tokens"
    case promptTokens = "prompt_tokens"
    case completionTokens = "completion_tokens"
  }
}

/// The ledger as it is kept; times are since the simulator's start.
struct LedgerBook: Sendable {
  /// Why a request is refused.
  enum Reason: String, Sendable {
    case requests, tokens
    case insufficientQuota = "insufficient_quota"
    case budgetExceeded = "budget_exceeded"
    case highDemand = "high_demand"
    case queueFull = "queue_full"
    case invalidKey = "invalid_key"
    case invalidRequest = "invalid_request"
  }

  static let longest = 3_600

  private var totals = GatewayLedger()
  private var first: Int
  private var last: Int
  // Second s since the start stands at s modulo the length.
  private var seconds = [GatewayLedger.Second](repeating: .init(), count: longest)

  init(at now: Duration) {
    first = now.wholeSeconds
    last = first
  }

  mutating func receive(duringOutage: Bool) {
    totals.received += 1
    if duringOutage { totals.receivedDuringOutage += 1 }
  }

  mutating func admit(tokens: Int, at now: Duration) {
    let place = place(of: now)
    totals.admitted += 1
    totals.admittedTokens += tokens
    seconds[place].admitted += 1
    seconds[place].tokens += tokens
  }

  mutating func refuse(_ reason: Reason, at now: Duration) {
    totals.refused[reason.rawValue, default: 0] += 1
    seconds[place(of: now)].refused += 1
  }

  mutating func meet(_ fault: SimulatedFault) {
    totals.faults[fault.name, default: 0] += 1
  }

  mutating func complete(_ usage: ChatCompletion.Usage) {
    totals.completed += 1
    totals.promptTokens += usage.promptTokens
    totals.completionTokens += usage.completionTokens
  }

  /// What is kept, as of `now`.
  ///
  /// - Parameter start: the simulator's start, in seconds since 1970.
  func ledger(at now: Duration, start: Double) -> GatewayLedger {
    var ledger = totals
    ledger.since = start + Double(first)
    ledger.elapsed = now.inSeconds - Double(first)
    let current = max(last, now.wholeSeconds)
    ledger.seconds = (max(first, current - Self.longest + 1)...current).map { second in
      var entry = second > last ? GatewayLedger.Second() : seconds[second % Self.longest]
      entry.second = second - first
      return entry
    }
    return ledger
  }

  /// Where the second of `now` is kept; those that passed since the last one are empty.
  private mutating func place(of now: Duration) -> Int {
    let second = max(last, now.wholeSeconds)
    if second > last {
      for passed in max(last + 1, second - Self.longest + 1)...second {
        seconds[passed % Self.longest] = .init()
      }
      last = second
    }
    return second % Self.longest
  }
}
