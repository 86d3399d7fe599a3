import LLMGateway
import TestSupport
import Testing

@Suite("Budget ledger")
struct BudgetLedgerTests {
  private let now = 1_700_000_000

  private func ledger(
    micros: Int = 1_000_000, partitions: Range<Int32> = 0..<4, count: Int32 = 4, block: Int = 5
  ) -> BudgetLedger {
    var ledger = BudgetLedger(
      Budget(micros: micros, currency: "EUR", period: .day, block: block))
    for partition in partitions { ledger.open(partition, note: nil, at: now) }
    ledger.setCount(count)
    return ledger
  }

  /// Commits what the notes say, as a broker that takes every commit.
  private func commit(_ ledger: inout BudgetLedger, _ partitions: Range<Int32> = 0..<4) {
    for partition in partitions {
      if let note = ledger.note(for: partition) { ledger.acknowledged(note, for: partition) }
    }
  }

  private func spend(_ ledger: inout BudgetLedger, _ micros: Int, cost: Int) -> Bool {
    for _ in 0..<2 {
      switch ledger.reserve(micros, for: 0, lane: .interactive, at: now) {
      case .charged(let charge):
        ledger.settle(charge, cost: cost)
        return true
      case .commitFirst: commit(&ledger)
      case .spent: return false
      }
    }
    return false
  }

  private func isSpent(_ ledger: inout BudgetLedger, _ micros: Int, _ lane: CallLane) -> Bool {
    ledger.isSpent(for: micros, lane: lane, at: now)
  }

  @Test("nothing is spent before a commit calls it spent")
  func commitFirst() throws {
    var ledger = ledger()
    guard case .commitFirst = ledger.reserve(100, for: 0, lane: .interactive, at: now) else {
      Issue.record("it was spent without a commit")
      return
    }
    guard case .commitFirst = ledger.reserve(100, for: 0, lane: .interactive, at: now) else {
      Issue.record("it was spent before the broker took the commit")
      return
    }
    commit(&ledger)
    guard case .charged(let charge) = ledger.reserve(100, for: 0, lane: .interactive, at: now)
    else {
      Issue.record("it was not spent after the commit")
      return
    }
    #expect(charge.micros == 100)
  }

  @Test("a call is corrected down to what it cost, and the rest can be spent")
  func correction() {
    var ledger = ledger()
    var calls = 0
    while spend(&ledger, 40_000, cost: 10_000) { calls += 1 }
    // The last one needs room for its upper bound.
    #expect(calls == 97)
    #expect(ledger.used == 970_000)
  }

  @Test("partitions of a worker lend each other what they do not need")
  func lending() {
    var ledger = ledger()
    // Every partition has read something, so that each can be committed.
    for partition in Int32(0)..<4 { _ = ledger.note(for: partition) }
    var calls = 0
    while spend(&ledger, 100_000, cost: 100_000) { calls += 1 }
    #expect(
      calls == 10, "10 of 100,000 out of 1,000,000, though no partition has more than 250,000")
  }

  @Test("a partition that cannot be committed yet lends nothing")
  func unread() {
    var ledger = ledger()
    var spent = 0
    for _ in 0..<20 {
      switch ledger.reserve(50_000, for: 0, lane: .interactive, at: now) {
      case .charged(let charge):
        ledger.settle(charge, cost: 50_000)
        spent += 50_000
      case .commitFirst:
        if let note = ledger.note(for: 0) { ledger.acknowledged(note, for: 0) }
      case .spent: break
      }
    }
    #expect(spent == 250_000)
  }

  @Test("backfill is held first, then all")
  func lanes() throws {
    var ledger = ledger()
    for partition in Int32(0)..<4 { _ = ledger.note(for: partition) }
    while ledger.used < 950_000 { _ = spend(&ledger, 50_000, cost: 50_000) }
    #expect(isSpent(&ledger, 1, .backfill) && !isSpent(&ledger, 50_000, .interactive))
    _ = spend(&ledger, 50_000, cost: 50_000)
    #expect(isSpent(&ledger, 1, .interactive))
    guard case .spent(let until) = ledger.reserve(1, for: 0, lane: .interactive, at: now) else {
      Issue.record("more than everything was spent")
      return
    }
    #expect(until == (now / 86_400 + 1) * 86_400, "the end of the day, UTC")
  }

  @Test("a new period begins with nothing spent, and calls of the old one do not count in it")
  func newPeriod() {
    var ledger = ledger()
    commit(&ledger)
    _ = spend(&ledger, 100, cost: 100)
    let next = now + 86_400
    guard case .commitFirst = ledger.reserve(1_000_000, for: 0, lane: .interactive, at: next)
    else { return }
    #expect(ledger.used == 0)
  }

  @Test("it warns once a period")
  func warning() {
    var ledger = ledger()
    let early = ledger.warning(at: now)
    #expect(early == nil)
    for partition in Int32(0)..<4 { _ = ledger.note(for: partition) }
    while ledger.used < 800_000 { _ = spend(&ledger, 50_000, cost: 50_000) }
    let (due, again) = (ledger.warning(at: now), ledger.warning(at: now))
    #expect(due == 80 && again == nil)
  }

  @Test("a note that cannot be trusted counts as all spent, one of an old period as nothing")
  func notes() {
    var ledger = BudgetLedger(Budget(micros: 1_000_000, currency: "EUR", period: .day))
    let today = now / 86_400
    ledger.open(0, note: "b1;day;\(today);5000", at: now)
    ledger.open(1, note: "b1;day;\(today - 1);5000", at: now)
    ledger.open(2, note: "nonsense", at: now)
    ledger.open(3, note: nil, isTrusted: false, at: now)
    ledger.setCount(4)
    #expect(ledger.used == 5_000 + 0 + 250_000 + 250_000)
  }

  /// Workers that own partitions, call, crash and hand over, against a broker that keeps the notes. What is spent at
  /// the gateway never exceeds the budget, and a crash forfeits no more than a block and what was in flight.
  @Test("whatever crashes and moves, no more than the budget is spent, and nearly all of it")
  func fleet() {
    print("BudgetLedger: SEED=\(SeededGenerator.seed)")
    var random = SeededGenerator(seed: SeededGenerator.seed)
    for _ in 0..<40 {
      var fleet = Fleet(count: Int32(4 + random.below(20)), workers: 1 + random.below(5), now: now)
      for _ in 0..<4_000 { fleet.step(&random) }
      #expect(fleet.billed <= fleet.budget)
      let forfeited = fleet.forfeitable
      fleet.spendAll(&random)
      #expect(fleet.billed <= fleet.budget)
      #expect(
        fleet.billed >= fleet.budget - forfeited - fleet.bound * fleet.workers.count,
        "\(fleet.billed) of \(fleet.budget), \(forfeited) forfeited")
    }
  }
}

private struct Fleet {
  struct Call {
    let charge: BudgetLedger.Charge
    let cost: Int
  }

  struct Worker {
    var ledger: BudgetLedger
    var owned: Set<Int32> = []
    var calls: [Call] = []
  }

  let budget = 1_000_000
  let bound = 4_000
  let count: Int32
  let now: Int
  var workers: [Worker]
  /// What the group's commits say.
  var committed: [Int32: String] = [:]
  /// What the gateway charged.
  var billed = 0
  /// What crashes may have forfeited.
  var forfeitable = 0

  init(count: Int32, workers number: Int, now: Int) {
    self.count = count
    self.now = now
    let settings = Budget(micros: budget, currency: "EUR", period: .month)
    workers = (0..<number).map { _ in Worker(ledger: BudgetLedger(settings)) }
    for index in workers.indices { workers[index].ledger.setCount(count) }
    for partition in 0..<count { open(partition, at: Int(partition) % number) }
  }

  private mutating func open(_ partition: Int32, at index: Int) {
    workers[index].ledger.open(partition, note: committed[partition], at: now)
    workers[index].owned.insert(partition)
  }

  private mutating func commit(_ index: Int) {
    for partition in workers[index].owned {
      guard let note = workers[index].ledger.note(for: partition) else { continue }
      committed[partition] = note
      workers[index].ledger.acknowledged(note, for: partition)
    }
  }

  private mutating func call(_ index: Int, _ random: inout SeededGenerator) -> Bool {
    guard let partition = workers[index].owned.sorted().randomElement(using: &random) else {
      return false
    }
    let answer = workers[index].ledger.reserve(
      bound, for: partition, lane: .interactive, at: now)
    switch answer {
    case .commitFirst:
      commit(index)
      return true
    case .charged(let charge):
      let cost = 500 + random.below(bound - 499)
      // The gateway charges when it answers, whoever still listens.
      billed += cost
      workers[index].calls.append(Call(charge: charge, cost: cost))
      return true
    case .spent: return false
    }
  }

  private mutating func finish(_ index: Int, _ random: inout SeededGenerator) {
    guard !workers[index].calls.isEmpty else { return }
    let call = workers[index].calls.remove(at: random.below(workers[index].calls.count))
    workers[index].ledger.settle(call.charge, cost: call.cost)
  }

  mutating func step(_ random: inout SeededGenerator) {
    let index = random.below(workers.count)
    switch random.below(1_000) {
    case 0: crash(index)
    case 1..<6: move(from: index, to: random.below(workers.count), &random)
    case 6..<300: finish(index, &random)
    case 300..<320: commit(index)
    default: if workers[index].calls.count < 8 { _ = call(index, &random) }
    }
  }

  private mutating func crash(_ index: Int) {
    let settings = workers[index].ledger.budget
    forfeitable +=
      workers[index].owned.count * ((budget / Int(count) + 1) * settings.block / 100 + 1)
    forfeitable += workers[index].calls.reduce(0) { $0 + $1.charge.micros - $1.cost }
    // A block may have been raised for a call that then found room elsewhere.
    forfeitable += bound * workers[index].owned.count
    let owned = workers[index].owned
    workers[index] = Worker(ledger: BudgetLedger(settings))
    workers[index].ledger.setCount(count)
    for partition in owned { open(partition, at: index) }
  }

  private mutating func move(from index: Int, to other: Int, _ random: inout SeededGenerator) {
    guard index != other,
      let partition = workers[index].owned.sorted().randomElement(using: &random)
    else { return }
    workers[index].ledger.close([partition])
    commit(index)
    let left = workers[index].calls.reduce(0) { $0 + $1.charge.micros - $1.cost }
    forfeitable += left
    workers[index].ledger.release([partition])
    workers[index].owned.remove(partition)
    open(partition, at: other)
  }

  /// Calls until every worker says that nothing is left.
  mutating func spendAll(_ random: inout SeededGenerator) {
    for index in workers.indices {
      var refusals = 0
      while refusals < 3 {
        while !workers[index].calls.isEmpty { finish(index, &random) }
        // Each partition has read something.
        for partition in workers[index].owned { _ = workers[index].ledger.note(for: partition) }
        if call(index, &random) { refusals = 0 } else { refusals += 1 }
        if workers[index].owned.isEmpty { break }
      }
      while !workers[index].calls.isEmpty { finish(index, &random) }
    }
  }
}
