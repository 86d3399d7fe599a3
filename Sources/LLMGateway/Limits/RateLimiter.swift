/// Decides when a call may go, so that a fleet uses a provider's limits and never exceeds them.
///
/// A value without clock, timer or lock: every time is given, `advance(to:)` says who goes and when
/// to ask again. All dimensions are checked at once, and nothing changes on refusal. A reservation
/// is spent time and not a slot: nothing has to be handed back, so a call that is lost in a crash
/// costs what it reserved and no more. Shares start empty: a process started anew cannot spend a
/// second time what it spent before.
///
/// Rates are below the limits by what a window of 60 s may hold more than its share:
/// - 60 / (60 + burst): the savings of idle workers;
/// - 0.3 %: the granularity of windows, and errors of estimates in flight;
/// - with shares so small that a call saves up for longer than the burst, what the sum over the
///   fleet varies by because each of N = 1 / share workers has up to one call's tokens saved up
///   (see ``LimitMargin``). It vanishes for ordinary limits.
///
/// Requests are sent in turns (see ``LimitTurns``) and have no such variation. A turn is kept for
/// the burst only, also by a call that still saves up tokens; that call takes a later turn.
public struct RateLimiter: Sendable {
  /// Names a waiting call.
  public struct Ticket: Sendable, Hashable {
    public let lane: CallLane
    let number: UInt64
  }

  /// What `advance(to:)` found.
  public struct Progress: Sendable, Hashable {
    /// Who may go now, in this order; each is charged.
    public var admitted: [Ticket] = []
    /// When to ask again: the time at which the next one may go. Nil while nobody waits or there is
    /// no share; then only another event changes anything.
    public var next: WallTime?
  }

  public let limits: DeploymentLimits
  public internal(set) var share: LimitShare
  let burst: Int64
  var now: Int64
  var lanes: WaitingLanes
  var meters: [TokenMeter] = []
  var turns: LimitTurns?
  /// The last turn taken; those up to it are gone.
  var lastTurn: Int64
  /// What the gateway said last.
  var seenRequests: Int?
  var feedback: LimitFeedback
  var ownUse = OwnUse()
  /// Since when the share is this one: what was used of it before was another's use.
  var shareSince: Int64
  /// Whether the first call's wait was moved by the share's phase.
  private var isStaggered = false

  public init(_ limits: DeploymentLimits, share: LimitShare, at now: WallTime) {
    self.limits = limits
    self.share = share
    burst = limits.burst.inNanoseconds
    self.now = now.nanoseconds
    lastTurn = now.nanoseconds
    lanes = WaitingLanes(floor: limits.interactiveFloor)
    feedback = LimitFeedback()
    shareSince = now.nanoseconds
    let configured: [(LimitDimension, Int?)] = [
      (.tokens, limits.tokensPerMinute), (.inputTokens, limits.inputTokensPerMinute),
      (.outputTokens, limits.outputTokensPerMinute),
    ]
    for case (let dimension, let limit?) in configured {
      meters.append(TokenMeter(dimension, configured: limit, start: now.nanoseconds))
    }
    tuneTurns()
    tuneMeters()
  }

  /// Takes another share, on rebalances only. What is saved up and owed stays, what is gained
  /// starts empty.
  ///
  /// Ask `advance(to:)` afterwards.
  public mutating func setShare(_ share: LimitShare, at time: WallTime) {
    tick(time)
    guard share != self.share else { return }
    if lanes.isEmpty { forgetSavings() }
    self.share = share
    shareSince = now
    tuneTurns()
    tuneMeters()
  }

  /// Has a call wait; `advance(to:)` at the same time says whether it may go at once.
  public mutating func enqueue(_ cost: LimitedCost, lane: CallLane, at time: WallTime) -> Ticket {
    tick(time)
    // Saved up without anyone waiting: the burst at most. Whoever waits saves on until it can go.
    if lanes.isEmpty { forgetSavings() }
    for index in meters.indices { meters[index].learn(cost) }
    if meters.contains(where: \.isOutOfTune) { tuneMeters() }
    stagger(cost)
    return lanes.append(cost, weight: weight(of: cost), lane: lane)
  }

  /// Admits those who may go by now.
  ///
  /// - Parameter most: No more than so many, as when the caller has room for no more.
  public mutating func advance(to time: WallTime, atMost most: Int = .max) -> Progress {
    tick(time)
    var progress = Progress()
    while progress.admitted.count < most, let head = lanes.head,
      let due = due(head.waiter.cost, leaving: isAlone(head.lane) ? burst / 2 : 0)
    {
      guard due.time <= now else {
        progress.next = WallTime(nanoseconds: min(due.time, feedback.nextRecovery ?? due.time))
        break
      }
      spend(head.waiter.cost, turn: due.turn)
      if let ticket = lanes.removeHead() { progress.admitted.append(ticket) }
    }
    return progress
  }

  /// Lets a waiting call leave; nothing if it was admitted. Ask `advance(to:)` afterwards.
  public mutating func cancel(_ ticket: Ticket) { lanes.cancel(ticket) }

  /// Replaces what an admitted call reserved by what it used.
  ///
  /// More is owed, less comes back, the request is never given back. Ask `advance(to:)` afterwards.
  /// - Parameter used: From `usage`; ``LimitedCost/none`` for a call that never left; nil when it
  ///   is not known, so that the reservation stays charged. It is to stay so for a call refused
  ///   with 429: given back, it would let every worker send twice at the end of the pause.
  public mutating func correct(_ reserved: LimitedCost, used: LimitedCost?) {
    guard let used else { return }
    if used != .none { feedback.succeeded() }
    ownUse.add(
      requests: 0, input: used.input - reserved.input, output: used.output - reserved.output,
      at: now)
    for index in meters.indices {
      meters[index].charge(meters[index].tokens(of: used) - meters[index].tokens(of: reserved))
    }
  }

  /// Whether backfill goes because nothing else waits. It then goes half of the burst later than it could, which an
  /// interactive call finds saved up and need not wait for, however much waits behind it. What is left so is lost to
  /// nobody: it is good for the whole burst.
  private func isAlone(_ lane: CallLane) -> Bool {
    lane == .backfill && lanes.count(.interactive) == 0
  }

  /// When a call may go, and by which turn; nil without a share.
  ///
  /// - Parameter reserve: Nanoseconds for which turns and tokens are to have been there before.
  private func due(_ cost: LimitedCost, leaving reserve: Int64) -> (time: Int64, turn: Int64)? {
    var time = accrualTime
    let gap = turns?.longestGap ?? 0
    for meter in meters {
      guard meter.hasShare else { return nil }
      let price = meter.price(of: cost)
      // No more than `spend` lets a call of this price save up, or the rest would be lost with each.
      time = max(time, meter.unspentSince + price + min(reserve, max(burst - price, gap)))
    }
    guard let turns else { return share.fraction > 0 ? (time, lastTurn) : nil }
    guard let turn = turns.first(after: max(lastTurn, time - burst)) else { return nil }
    return (max(time, turn + reserve), turn)
  }

  private mutating func spend(_ cost: LimitedCost, turn: Int64) {
    ownUse.add(requests: 1, input: cost.input, output: cost.output, at: now)
    lastTurn = turn
    // Tokens go on accruing for one that waits for its turn, else a worker with few turns and
    // just too few tokens at each would use every second turn only.
    let gap = turns?.longestGap ?? 0
    for index in meters.indices {
      let price = meters[index].price(of: cost)
      meters[index].forget(before: now - max(burst, price + gap))
      meters[index].charge(meters[index].tokens(of: cost))
    }
  }

  /// A first call of a small share waits a part longer, other for each share: workers that start
  /// together would save up together and send together, a window's tokens at once.
  private mutating func stagger(_ cost: LimitedCost) {
    guard !isStaggered, share.fraction > 0 else { return }
    isStaggered = true
    for index in meters.indices where meters[index].price(of: cost) > burst {
      meters[index].charge(Int(share.phase * Double(meters[index].tokens(of: cost))))
    }
  }

  private func weight(of cost: LimitedCost) -> Double {
    var weight = limits.requestsPerMinute.map { 1 / Double($0) } ?? 1e-12
    for meter in meters {
      weight = max(weight, Double(meter.tokens(of: cost)) / Double(meter.configured))
    }
    return weight
  }

  private mutating func forgetSavings() {
    for index in meters.indices { meters[index].forget(before: accrualTime - burst) }
  }
}
