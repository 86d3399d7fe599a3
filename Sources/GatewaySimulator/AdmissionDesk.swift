/// Decides on each request: what goes wrong with it, whether the limits admit it; and keeps books.
///
/// A value without a clock of its own: times are since the simulator's start.
struct AdmissionDesk: Sendable {
  /// What was decided when a request came.
  struct Receipt: Sendable {
    var isAuthorized = true
    var fault: SimulatedFault?
    /// Whether its content is to break the schema; given back if it is refused.
    var isInvalid = false
    var terms: ReplyTerms

    var breaksSchema: Bool { isInvalid || fault == .invalidContent }
  }

  enum Verdict: Sendable, Equatable {
    case admitted(SimulatorLimits.Standing?)
    case refused(GatewayRefusal, SimulatorLimits.Standing?)
  }

  private(set) var behavior: GatewayBehavior
  private(set) var plan: FaultPlan
  private var limits: SimulatorLimits
  private var book: LedgerBook
  private var terms: ReplyTerms

  init(_ behavior: GatewayBehavior, seed: UInt64, at now: Duration) {
    self.behavior = behavior
    plan = FaultPlan(behavior.faults, seed: seed)
    limits = SimulatorLimits(.init(behavior), at: now)
    book = LedgerBook(at: now)
    terms = ReplyTerms(behavior, isLimited: limits.isLimited)
  }

  /// Another behaviour from now on.
  mutating func change(to behavior: GatewayBehavior, at now: Duration) {
    if behavior.faults != self.behavior.faults { plan.change(rates: behavior.faults) }
    limits.change(to: .init(behavior), at: now)
    self.behavior = behavior
    terms = ReplyTerms(behavior, isLimited: limits.isLimited)
  }

  /// Other outages from now on.
  mutating func schedule(_ outages: [Outage]) { plan.outages = outages }

  /// Takes a request in.
  mutating func receive(isAuthorized: Bool, at now: Duration) -> Receipt {
    let outage = plan.outage(at: now)
    book.receive(duringOutage: outage != nil)
    var receipt = Receipt(isAuthorized: isAuthorized, terms: terms)
    guard isAuthorized else {
      book.refuse(.invalidKey, at: now)
      return receipt
    }
    receipt.fault = outage?.fault ?? plan.draw()
    if let fault = receipt.fault { meet(fault, at: now) }
    if behavior.invalidReplies > 0, receipt.fault?.isBeforeLimits != true {
      behavior.invalidReplies -= 1
      receipt.isInvalid = true
    }
    return receipt
  }

  /// After a stall: what the request meets now, other than being stalled.
  mutating func release(at now: Duration) -> SimulatedFault? {
    guard let fault = plan.outage(at: now)?.fault, fault != .stall else { return nil }
    meet(fault, at: now)
    return fault
  }

  /// Admits a request for `tokens`, or says why not.
  mutating func admit(tokens: Int, _ receipt: Receipt, at now: Duration) -> Verdict {
    if let left = behavior.quotaAfter, left <= 0 {
      refuse(.insufficientQuota, receipt, at: now)
      return .refused(.insufficientQuota, standing(at: now))
    }
    if let left = behavior.budgetAfter, left <= 0 {
      refuse(.budgetExceeded, receipt, at: now)
      return .refused(.budgetExceeded(status: behavior.budgetStatus), standing(at: now))
    }
    if let refusal = limits.admit(.init(tokens: tokens), at: now) {
      refuse(refusal.dimension == .requests ? .requests : .tokens, receipt, at: now)
      guard behavior.countRefused else { return .refused(.rateLimited(refusal), limits.standing) }
      // The refusal itself is one more request, so that the wait is longer by it.
      limits.countRefused(at: now)
      let counted = limits.refusal(of: .init(tokens: tokens), at: now) ?? refusal
      return .refused(.rateLimited(counted), limits.standing)
    }
    if let left = behavior.quotaAfter { behavior.quotaAfter = left - 1 }
    if let left = behavior.budgetAfter { behavior.budgetAfter = left - 1 }
    book.admit(tokens: tokens, at: now)
    return .admitted(limits.isLimited ? limits.standing : nil)
  }

  /// Counts a refusal that has nothing to do with the limits.
  mutating func refuse(_ reason: LedgerBook.Reason, _ receipt: Receipt, at now: Duration) {
    if receipt.isInvalid { behavior.invalidReplies += 1 }
    book.refuse(reason, at: now)
  }

  mutating func complete(_ usage: ChatCompletion.Usage) { book.complete(usage) }

  mutating func resetLedger(at now: Duration) { book = LedgerBook(at: now) }

  func ledger(at now: Duration, start: Double) -> GatewayLedger {
    book.ledger(at: now, start: start)
  }

  /// The limits as they stand; nil when there are none.
  mutating func standing(at now: Duration) -> SimulatorLimits.Standing? {
    guard limits.isLimited else { return nil }
    limits.advance(to: now)
    return limits.standing
  }

  private mutating func meet(_ fault: SimulatedFault, at now: Duration) {
    switch fault {
    case .insufficientQuota: book.refuse(.insufficientQuota, at: now)
    case .budgetExceeded: book.refuse(.budgetExceeded, at: now)
    case .highDemand: book.refuse(.highDemand, at: now)
    default: book.meet(fault)
    }
  }
}

/// The part of a behaviour that answers are made by.
struct ReplyTerms: Sendable {
  let shape: GatewayBehavior.Shape
  let keyLimits: Bool
  let countsMaxTokens: Bool
  let lengthBelow: Int?
  let fixedPromptTokens: Int?
  let fixedOutputTokens: Int?
  let slowBy: Duration
  let budgetStatus: Int
  /// Whether fixed replies tell the prompt's tokens, which without limits are not worth a count.
  let tellsPrompt: Bool

  init(_ behavior: GatewayBehavior, isLimited: Bool) {
    shape = behavior.shape
    keyLimits = behavior.litellmKeyLimits
    countsMaxTokens = behavior.countOutput == .maxTokens
    lengthBelow = behavior.lengthBelow
    fixedPromptTokens = behavior.fixedPromptTokens
    fixedOutputTokens = behavior.fixedOutputTokens
    slowBy = behavior.slowBy
    budgetStatus = behavior.budgetStatus
    tellsPrompt = isLimited
  }
}
