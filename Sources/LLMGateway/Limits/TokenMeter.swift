/// How many tokens of one dimension this process may spend, as one time (GCRA).
///
/// What accrued since `unspentSince` is unspent; a time ahead of the clock is a debt. A cost may go
/// once `unspentSince` plus its price has passed, which is exact to the nanosecond and needs no
/// timer to fill anything.
struct TokenMeter: Sendable {
  /// Which tokens count.
  let dimension: LimitDimension
  let configured: Int
  /// What the gateway said last.
  var seen: Int?
  /// The running mean of what calls cost here; 0 before the first.
  private(set) var meanCost = 0.0
  /// The mean that the rate was last computed with.
  var tunedCost = 0.0
  private(set) var unspentSince: Int64
  /// Nanoseconds in which this process accrues one token; infinite without a share.
  private(set) var perToken = Double.infinity
  /// Tokens kept while there is no share to count them in time.
  private var kept = 0.0

  init(_ dimension: LimitDimension, configured: Int, start: Int64) {
    self.dimension = dimension
    self.configured = configured
    unspentSince = start
  }

  var limit: Int { min(configured, seen ?? configured) }
  var hasShare: Bool { perToken < .infinity }
  /// Whether the mean has moved so far that the rate is to be computed anew.
  var isOutOfTune: Bool { abs(meanCost - tunedCost) > 0.05 * tunedCost }

  func tokens(of cost: LimitedCost) -> Int {
    switch dimension {
    case .requests: 0
    case .tokens: cost.input + cost.output
    case .inputTokens: cost.input
    case .outputTokens: cost.output
    }
  }

  /// The nanoseconds in which a cost accrues; only with a share.
  func price(of cost: LimitedCost) -> Int64 {
    Self.nanoseconds((Double(tokens(of: cost)) * perToken).rounded(.up))
  }

  /// Tokens unspent at a time; negative: a debt.
  func level(at now: Int64) -> Double {
    hasShare ? Double(now - unspentSince) / perToken : kept
  }

  /// Remembers what a call costs, each the 32nd part of the mean.
  mutating func learn(_ cost: LimitedCost) {
    let tokens = Double(self.tokens(of: cost))
    meanCost = meanCost == 0 ? tokens : meanCost + (tokens - meanCost) / 32
  }

  /// Another rate keeps the tokens and debts there are: nothing is gained or lost by a change.
  mutating func setRate(_ perSecond: Double, at now: Int64) {
    let level = level(at: now)
    perToken = perSecond > 0 ? 1e9 / perSecond : .infinity
    if hasShare { unspentSince = now - Self.nanoseconds(level * perToken) } else { kept = level }
  }

  /// Forgets what accrued before a time.
  mutating func forget(before time: Int64) { unspentSince = max(unspentSince, time) }

  /// Moves what is unspent with the clock, so that the move itself accrues nothing.
  mutating func shift(by nanoseconds: Int64) { unspentSince += nanoseconds }

  /// Charges tokens, or gives them back below 0.
  mutating func charge(_ tokens: Int) {
    if hasShare {
      unspentSince += Self.nanoseconds((Double(tokens) * perToken).rounded(.up))
    } else {
      kept -= Double(tokens)
    }
  }

  /// Some 30 years bound what would overflow; such a cost never goes anyway.
  private static func nanoseconds(_ value: Double) -> Int64 { Int64(min(max(value, -1e18), 1e18)) }
}
