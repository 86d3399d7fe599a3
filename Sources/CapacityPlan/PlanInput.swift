/// All that a plan is made of.
public struct PlanInput: Sendable, Hashable {
  public let demand: SearchDemand
  public let call: CallProfile
  public let limits: FleetLimits
  public let worker: WorkerProfile
  /// Nil has the plan choose them.
  public let workers: Int?
  public let partitions: Int?
  /// The part of its places and processors that a worker is planned to use at the busiest time; only counts where the
  /// plan chooses.
  public let utilisation: Double
  /// Bytes of a highlight in the store.
  public let highlightBytes: Double
  /// Units of the currency; nil without a budget.
  public let monthlyBudget: Double?

  /// Most workers and partitions.
  public static let most = 20_000

  /// - Throws: ``PlanInputError`` for the first wrong figure.
  public init(
    demand: SearchDemand, call: CallProfile, limits: FleetLimits, worker: WorkerProfile,
    workers: Int? = nil, partitions: Int? = nil, utilisation: Double = 0.7,
    highlightBytes: Double = 2_000, monthlyBudget: Double? = nil
  ) throws(PlanInputError) {
    self.demand = demand
    self.call = call
    self.limits = limits
    self.worker = worker
    self.workers = try workers.map { count throws(PlanInputError) in
      try count.checked("workers", 1...Self.most)
    }
    self.partitions = try partitions.map { count throws(PlanInputError) in
      try count.checked("partitions", 1...Self.most)
    }
    self.utilisation = try utilisation.checked("utilisation", 0.05...1)
    self.highlightBytes = try highlightBytes.checked("highlight-bytes", 1...1e8)
    self.monthlyBudget = try monthlyBudget.map { amount throws(PlanInputError) in
      try amount.checked("budget", 0.01...1e12)
    }
  }
}
