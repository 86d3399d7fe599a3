import HighlightsProtocol

/// What searches cost, by who wrote for them and as what they came in. Counts stop at the largest number instead of
/// beginning again: they come from a topic that anybody may have written to.
struct Spend: Sendable {
  /// What is counted apart.
  struct Group: Sendable, Hashable, Comparable {
    /// Empty where no outcome says.
    var model = ""
    var promptVersion = ""
    var lane = ""

    static func < (left: Group, right: Group) -> Bool {
      (left.model, left.promptVersion, left.lane) < (right.model, right.promptVersion, right.lane)
    }
  }

  struct Count: Sendable, Equatable {
    var searches: UInt64 = 0
    /// To the gateway, retries included.
    var calls: UInt64 = 0
    var inputTokens: UInt64 = 0
    var outputTokens: UInt64 = 0
    var wastedTokens: UInt64 = 0
    var cost = Money()
    /// Searches with calls and a cost, also of 0.
    var priced: UInt64 = 0
    /// Searches with calls and no cost: nobody knew the price.
    var unpriced: UInt64 = 0
    /// Searches answered without a call, as a fresh highlight was there or on its way.
    var unchanged: UInt64 = 0
  }

  private(set) var groups: [Group: Count] = [:]
  /// Outcomes left out as their search was counted already: it was done again after a crash.
  private(set) var repeated: UInt64 = 0
  private(set) var repeatedCost = Money()
  /// Outcomes of searches that had died before and were redriven: what they took counts, they are no further searches.
  private(set) var redriven: UInt64 = 0
  private var seen: Set<Identity> = []
  /// Where those that are dead died. An outcome from the same place again is the same death told twice.
  private var deaths: [Identity: Place] = [:]

  /// Counts an outcome, the first of each search and those that follow a death.
  mutating func count(_ outcome: Outcome) {
    let usage = outcome.usage
    let isPriced = !usage.currency.isEmpty || usage.costMicros > 0
    let id = Identity(outcome.queryID)
    let isFirst = outcome.queryID.isEmpty || seen.insert(id).inserted
    let isRedriven = !isFirst && deaths[id].map { $0 != Place(outcome) } ?? false
    guard isFirst || isRedriven else {
      repeated += 1
      if isPriced { repeatedCost.add(usage.costMicros, usage.currency) }
      return
    }
    if isRedriven { redriven += 1 }
    if !outcome.queryID.isEmpty { deaths[id] = outcome.result == .dead ? Place(outcome) : nil }
    let group = Group(
      model: outcome.model, promptVersion: outcome.promptVersion, lane: outcome.lane)
    groups[group, default: Count()].add(outcome, isPriced: isPriced, isSearch: isFirst)
  }

  /// Where a search was consumed.
  private struct Place: Equatable {
    let topic: String
    let partition: Int32
    let offset: Int64

    init(_ outcome: Outcome) {
      (topic, partition, offset) = (outcome.topic, outcome.partition, outcome.offset)
    }
  }

  /// All groups together.
  var total: Count { groups.values.reduce(into: Count()) { $0.add($1) } }

  /// What the unchanged searches of a group would have cost: each the mean of the group's searches with a cost, or
  /// of all such searches where the group has none.
  func saved(in group: Group) -> Money {
    guard let count = groups[group] else { return Money() }
    let model = count.priced > 0 ? count : total
    return model.cost.scaled(by: count.unchanged, over: model.priced)
  }

  /// The groups' savings together.
  var saved: Money { groups.keys.reduce(into: Money()) { $0.add(saved(in: $1)) } }
}

/// Amounts by currency, which are never added to each other.
struct Money: Sendable, Equatable {
  /// Millionths of the unit by ISO 4217 code; a code that was not given is empty.
  private(set) var micros: [String: UInt64] = [:]

  mutating func add(_ amount: UInt64, _ currency: String) {
    micros[currency, default: 0].addUpToMaximum(amount)
  }

  mutating func add(_ other: Money) {
    for (currency, amount) in other.micros { add(amount, currency) }
  }

  /// Each amount times `count` by `parts`, rounded down; nothing when either is 0.
  func scaled(by count: UInt64, over parts: UInt64) -> Money {
    guard count > 0, parts > 0 else { return Money() }
    var scaled = Money()
    for (currency, amount) in micros {
      let product = amount.multipliedFullWidth(by: count)
      let fits = product.high < parts
      scaled.add(fits ? parts.dividingFullWidth(product).quotient : .max, currency)
    }
    return scaled
  }

  /// Such as `0.001200 USD, 0.000100 EUR`; empty without any amount.
  var text: String {
    micros.sorted { $0.key < $1.key }
      .map { "\(Quantity.text(micros: $0.value)) \($0.key.isEmpty ? "(no currency)" : $0.key)" }
      .joined(separator: ", ")
  }
}

extension Spend.Count {
  fileprivate mutating func add(_ outcome: Outcome, isPriced: Bool, isSearch: Bool) {
    let usage = outcome.usage
    if isSearch { searches += 1 }
    calls += UInt64(usage.attempts)
    inputTokens += UInt64(usage.inputTokens)
    outputTokens += UInt64(usage.outputTokens)
    wastedTokens += UInt64(usage.wastedTokens)
    if isPriced { cost.add(usage.costMicros, usage.currency) }
    if usage.attempts > 0 {
      if isPriced { priced += 1 } else { unpriced += 1 }
    }
    if outcome.result == .unchanged { unchanged += 1 }
  }

  fileprivate mutating func add(_ other: Self) {
    searches += other.searches
    calls += other.calls
    inputTokens += other.inputTokens
    outputTokens += other.outputTokens
    wastedTokens += other.wastedTokens
    cost.add(other.cost)
    priced += other.priced
    unpriced += other.unpriced
    unchanged += other.unchanged
  }
}

/// A query id as 128 bits, so that millions of them fit: two that are equal by chance are far less likely than a
/// broken disk.
private struct Identity: Hashable {
  private let first: Int
  private let second: Int

  init(_ id: String) {
    first = Self.hash(id, 0)
    second = Self.hash(id, 1)
  }

  private static func hash(_ id: String, _ salt: UInt8) -> Int {
    var hasher = Hasher()
    hasher.combine(salt)
    hasher.combine(id)
    return hasher.finalize()
  }
}

extension UInt64 {
  fileprivate mutating func addUpToMaximum(_ other: UInt64) {
    let (sum, overflow) = addingReportingOverflow(other)
    self = overflow ? .max : sum
  }
}
