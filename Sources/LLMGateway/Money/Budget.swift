/// What a fleet may spend in a period.
///
/// Each partition has an even part of it, so the parts of what all workers own never add up to more than the whole.
public struct Budget: Sendable, Hashable {
  /// In millionths of ``currency``.
  public let micros: Int
  public let currency: String
  public let period: BudgetPeriod
  /// Percent of the part from which it is warned.
  public let warnAt: Int
  /// Percent of the part above which backfill is held; everything else only at 100.
  public let backfillUntil: Int
  /// Percent of a partition's part that is set aside at a time. A crash forfeits at most one such block beside what was
  /// in flight; each block costs a commit.
  public let block: Int

  public init(
    micros: Int, currency: String, period: BudgetPeriod, warnAt: Int = 80, backfillUntil: Int = 95,
    block: Int = 5
  ) {
    precondition(micros > 0 && (1...100).contains(block), "a budget of nothing")
    self.micros = micros
    self.currency = currency
    self.period = period
    self.warnAt = warnAt
    self.backfillUntil = backfillUntil
    self.block = block
  }

  /// The part of one partition of so many.
  func part(of partition: Int32, count: Int32) -> Int {
    let (even, rest) = micros.quotientAndRemainder(dividingBy: Int(max(1, count)))
    return even + (Int(partition) < rest ? 1 : 0)
  }
}
