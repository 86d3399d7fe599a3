import Foundation
import Logging
import Synchronization

/// Guards a budget for the calls of a process: a ``BudgetLedger`` behind a lock, and the commits that it asks for.
public final class BudgetKeeper: Sendable {
  public typealias Charge = BudgetLedger.Charge

  private let ledger: Mutex<BudgetLedger>
  private let commit = Mutex<(@Sendable () async -> Bool)?>(nil)
  private let committing = Mutex<Task<Bool, Never>?>(nil)
  private let logger: Logger
  private let now: @Sendable () -> Int

  /// Commits tried for one call before it is held.
  private static let mostCommits = 5

  /// - Parameter now: the wall clock, in seconds since 1970.
  public init(
    _ budget: Budget, logger: Logger,
    now: @escaping @Sendable () -> Int = { Int(Date().timeIntervalSince1970.rounded(.down)) }
  ) {
    ledger = Mutex(BudgetLedger(budget))
    self.logger = logger
    self.now = now
  }

  public var budget: Budget { ledger.withLock { $0.budget } }

  /// What this worker's partitions may spend, and what of it is spent or set aside, in micro-units.
  public var state: (total: Int, used: Int) { ledger.withLock { ($0.total, $0.used) } }

  /// When the period of now ends, in seconds since 1970.
  public var periodEnd: Int {
    let period = budget.period
    return period.end(of: period.number(at: now()))
  }

  /// Says how a commit is made at once; true once the broker took it.
  public func commits(by commit: @escaping @Sendable () async -> Bool) {
    self.commit.withLock { $0 = commit }
  }

  // MARK: Partitions

  public func open(_ partition: Int32, note: String?, isTrusted: Bool) {
    ledger.withLock { $0.open(partition, note: note, isTrusted: isTrusted, at: now()) }
  }

  public func close(_ partitions: [Int32]) { ledger.withLock { $0.close(partitions) } }

  public func release(_ partitions: [Int32]) { ledger.withLock { $0.release(partitions) } }

  public func note(for partition: Int32) -> String? { ledger.withLock { $0.note(for: partition) } }

  public func acknowledged(_ note: String, for partition: Int32) {
    ledger.withLock { $0.acknowledged(note, for: partition) }
  }

  // MARK: Calls

  /// Why a call of such a cost may not be made now; nil when it may, as far as can be told without a commit.
  func refusal(of micros: Int, _ owner: CallOwner?, lane: CallLane) -> Refusal? {
    let at = now()
    return ledger.withLock { ledger in
      if let owner { ledger.setCount(owner.count) }
      guard ledger.isSpent(for: micros, lane: lane, at: at) else { return nil }
      return Refusal(until: ledger.budget.period.end(of: ledger.budget.period.number(at: at)), at)
    }
  }

  /// Sets money aside, once the broker knows that it counts as spent.
  ///
  /// - Throws: ``Refusal``.
  func reserve(
    _ micros: Int, _ owner: CallOwner, lane: CallLane
  ) async throws(Refusal) -> Charge {
    for _ in 0..<Self.mostCommits {
      let at = now()
      let answer = ledger.withLock { ledger in
        ledger.setCount(owner.count)
        return ledger.reserve(micros, for: owner.partition, lane: lane, at: at)
      }
      switch answer {
      case .charged(let charge):
        warn(at: at)
        return charge
      case .spent(let until): throw Refusal(until: until, at)
      case .commitFirst: guard await commitOnce() else { throw Refusal.unconfirmed }
      }
    }
    throw Refusal.unconfirmed
  }

  func settle(_ charge: Charge, cost: Int) {
    ledger.withLock { $0.settle(charge, cost: cost) }
  }

  /// One commit for all who wait for one. Whoever joins one that had begun before asks once more.
  private func commitOnce() async -> Bool {
    guard let commit = commit.withLock({ $0 }) else { return false }
    let task = committing.withLock { running in
      if let running { return running }
      let task = Task {
        let taken = await commit()
        committing.withLock { $0 = nil }
        return taken
      }
      running = task
      return task
    }
    return await task.value
  }

  private func warn(at now: Int) {
    guard let percent = ledger.withLock({ $0.warning(at: now) }) else { return }
    logger.warning("\(percent) % of this worker's part of the budget is spent")
  }
}

extension BudgetKeeper {
  /// Why nothing may be spent.
  struct Refusal: Error {
    let message: String
    /// When to ask again.
    let after: Duration

    static let unconfirmed = Refusal(
      message: "the broker takes no commits, and nothing may be spent that it does not know of",
      after: .seconds(1))

    private init(message: String, after: Duration) {
      (self.message, self.after) = (message, after)
    }

    /// It ends with the period; raised budgets and partitions that come are noticed before.
    init(until: Int, _ now: Int) {
      message = "the budget of this period is spent; the next begins in \(max(0, until - now)) s"
      after = min(.seconds(max(0, until - now)), .seconds(10))
    }
  }
}
