/// What a worker spent of its partitions' parts of a budget, and what of it is safe with the broker.
///
/// Money is spent only below what a partition's commit already calls spent: the note of a commit is raised first, by
/// whole blocks, and acknowledged. Whoever owns the partition next reads that number, so a crash may forfeit a block but
/// never spends a cent twice. A value without clock or I/O; times are seconds since 1970.
public struct BudgetLedger: Sendable {
  /// What was set aside for one call, in one or several accounts.
  public struct Charge: Sendable {
    fileprivate var parts: [(account: AccountID, micros: Int)]
    fileprivate let period: Int

    public var micros: Int { parts.reduce(0) { $0 + $1.micros } }
  }

  public enum Answer: Sendable {
    case charged(Charge)
    /// The notes were raised: commit them, then ask again.
    case commitFirst
    /// Nothing is left for this lane until then, in seconds since 1970.
    case spent(until: Int)
  }

  /// A partition in one assignment.
  fileprivate struct AccountID: Hashable {
    let partition: Int32
    let assignment: Int
  }

  private struct Account {
    let id: AccountID
    var part = 0
    var period = 0
    /// What calls that ended cost.
    var spent = 0
    /// Upper bounds of calls under way.
    var reserved = 0
    /// What the broker knows as spent: `spent` and `reserved` stay below.
    var granted = 0
    /// What the next commit says.
    var asked = 0
    /// Being given up: takes no more charges.
    var isClosing = false
    /// Whether a commit of the partition was seen: one that has read nothing yet has no offset to commit with.
    var isCommitted = false

    var used: Int { spent + reserved }
    var room: Int { isClosing ? 0 : max(0, min(granted, part) - used) }
    /// What more could be granted.
    var rest: Int { isClosing ? 0 : max(0, part - max(granted, used)) }
  }

  public let budget: Budget
  private var accounts: [Int32: Account] = [:]
  private var count: Int32?
  private var assignments = 0
  /// The period for which a warning was given.
  private var warned: Int?

  public init(_ budget: Budget) { self.budget = budget }

  // MARK: Partitions

  /// A partition begins, with what its last commit says was spent.
  ///
  /// - Parameters:
  ///   - note: what ``note(for:)`` gave; nil for none.
  ///   - isTrusted: false when there was one that cannot be read: then its part counts as spent, for nothing may be
  ///     spent twice.
  public mutating func open(_ partition: Int32, note: String?, isTrusted: Bool = true, at now: Int)
  {
    assignments += 1
    var account = Account(id: AccountID(partition: partition, assignment: assignments))
    account.period = budget.period.number(at: now)
    let read = note.flatMap(BudgetNote.init)
    if let read, read.kind == budget.period, read.period >= account.period {
      account.period = read.period
      account.spent = read.micros
    } else if !isTrusted || (note != nil && read == nil) {
      account.spent = budget.micros
    }
    account.granted = account.spent
    account.asked = account.spent
    account.part = count.map { budget.part(of: partition, count: $0) } ?? 0
    accounts[partition] = account
  }

  /// Partitions are about to be given up: their unused blocks go back with the next commit.
  public mutating func close(_ partitions: [Int32]) {
    for partition in partitions { accounts[partition]?.isClosing = true }
  }

  /// Partitions are gone; what is still under way for them counts as spent with their next owner.
  public mutating func release(_ partitions: [Int32]) {
    for partition in partitions { accounts[partition] = nil }
  }

  /// How many partitions share the budget; nothing is spent before it is known.
  public mutating func setCount(_ count: Int32) {
    guard count != self.count else { return }
    self.count = count
    for partition in accounts.keys {
      accounts[partition]?.part = budget.part(of: partition, count: count)
    }
  }

  // MARK: Notes

  /// What the commit of a partition that is about to be sent says of it.
  public mutating func note(for partition: Int32) -> String? {
    accounts[partition]?.isCommitted = true
    guard let account = accounts[partition] else { return nil }
    let micros = account.isClosing ? account.used : max(account.asked, account.used)
    guard micros > 0 else { return nil }
    return BudgetNote(kind: budget.period, period: account.period, micros: micros).text
  }

  /// A commit with this note was taken.
  public mutating func acknowledged(_ text: String, for partition: Int32) {
    guard let note = BudgetNote(text), note.period == accounts[partition]?.period else { return }
    accounts[partition]?.granted = note.micros
  }

  // MARK: Calls

  /// Sets aside what a call may cost at the most.
  ///
  /// - Parameter partition: the one whose message makes the call; others lend to it what they do not need.
  public mutating func reserve(
    _ micros: Int, for partition: Int32, lane: CallLane, at now: Int
  ) -> Answer {
    advance(to: now)
    let period = budget.period.number(at: now)
    let open = accounts.values.filter {
      !$0.isClosing && $0.period <= period && ($0.isCommitted || $0.id.partition == partition)
    }
    let bound = lane == .backfill ? total * budget.backfillUntil / 100 : total
    guard used + micros <= bound, open.reduce(0, { $0 + $1.room + $1.rest }) >= micros else {
      return .spent(until: budget.period.end(of: period))
    }
    if open.reduce(0, { $0 + $1.room }) >= micros {
      return .charged(take(micros, from: open.map(\.id.partition), period))
    }
    raise(micros, open.map(\.id.partition))
    return .commitFirst
  }

  /// Whether a lane has anything left, without setting it aside.
  public mutating func isSpent(for micros: Int, lane: CallLane, at now: Int) -> Bool {
    advance(to: now)
    let bound = lane == .backfill ? total * budget.backfillUntil / 100 : total
    return count != nil && !accounts.isEmpty && used + micros > bound
  }

  private mutating func take(_ micros: Int, from partitions: [Int32], _ period: Int) -> Charge {
    var charge = Charge(parts: [], period: period)
    var left = micros
    // The fullest first: a call is seldom spread over several.
    for partition in partitions.sorted(by: { room(of: $0) > room(of: $1) }) where left > 0 {
      guard let account = accounts[partition] else { continue }
      let part = min(left, account.room)
      accounts[partition]?.reserved += part
      charge.parts.append((account.id, part))
      left -= part
    }
    return charge
  }

  private func room(of partition: Int32) -> Int { accounts[partition]?.room ?? 0 }

  /// Has the notes ask for so much more room, in whole blocks.
  private mutating func raise(_ micros: Int, _ partitions: [Int32]) {
    var missing = micros - partitions.reduce(0) { $0 + room(of: $1) }
    for partition in partitions.sorted(by: { rest(of: $0) > rest(of: $1) }) where missing > 0 {
      guard let account = accounts[partition], account.rest > 0 else { continue }
      let block = max(1, account.part * budget.block / 100)
      let blocks = (min(missing, account.rest) + block - 1) / block
      let base = max(account.granted, account.used)
      let asked = min(account.part, base + blocks * block)
      accounts[partition]?.asked = max(account.asked, asked)
      missing -= asked - base
    }
  }

  private func rest(of partition: Int32) -> Int { accounts[partition]?.rest ?? 0 }

  /// Corrects a charge to what the call cost.
  ///
  /// More than was set aside, as when a gateway counts otherwise than it says, is booked all the same.
  public mutating func settle(_ charge: Charge, cost: Int) {
    var left = cost
    for (index, part) in charge.parts.enumerated() {
      let isLast = index == charge.parts.count - 1
      let booked = isLast ? left : min(left, part.micros)
      left -= booked
      let partition = part.account.partition
      guard accounts[partition]?.id == part.account, accounts[partition]?.period == charge.period
      else { continue }
      accounts[partition]?.reserved -= part.micros
      accounts[partition]?.spent += booked
    }
  }

  /// Begins a new period for accounts whose own has ended.
  private mutating func advance(to now: Int) {
    let period = budget.period.number(at: now)
    for (partition, account) in accounts where account.period < period {
      var next = Account(id: account.id)
      next.part = account.part
      next.period = period
      next.isClosing = account.isClosing
      next.isCommitted = account.isCommitted
      accounts[partition] = next
    }
  }

  // MARK: State

  /// The part of the budget that falls to this worker's partitions.
  public var total: Int { accounts.values.reduce(0) { $0 + $1.part } }

  /// Spent and set aside of it.
  public var used: Int { accounts.values.reduce(0) { $0 + min($1.used, $1.part) } }

  /// The percentage used, once in each period in which it reaches ``Budget/warnAt``.
  public mutating func warning(at now: Int) -> Int? {
    advance(to: now)
    let period = budget.period.number(at: now)
    guard total > 0, used * 100 >= total * budget.warnAt, warned != period else { return nil }
    warned = period
    return used * 100 / total
  }
}

/// The text of a budget in a commit's note: "b1;<period's kind>;<its number>;<micro-units>".
struct BudgetNote: Equatable {
  let kind: BudgetPeriod
  let period: Int
  let micros: Int

  init(kind: BudgetPeriod, period: Int, micros: Int) {
    (self.kind, self.period, self.micros) = (kind, period, micros)
  }

  init?(_ text: String) {
    let fields = text.split(separator: ";", omittingEmptySubsequences: false)
    guard fields.count == 4, fields[0] == "b1",
      let kind = BudgetPeriod(rawValue: String(fields[1])),
      let period = Int(fields[2]), let micros = Int(fields[3]), micros >= 0
    else { return nil }
    self.init(kind: kind, period: period, micros: micros)
  }

  var text: String { "b1;\(kind.rawValue);\(period);\(micros)" }
}
