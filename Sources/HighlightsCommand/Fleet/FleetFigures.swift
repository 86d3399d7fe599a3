import HighlightsProtocol
import KafkaWorker
import LLMGateway

/// What a worker is asked before it says how it is.
struct FleetFigures: Sendable {
  struct Budget: Sendable, Hashable {
    let period: String
    /// Of the worker's share, in millionths.
    let spent: Int
    let limit: Int
    let currency: String
    /// When the period ends.
    let end: UnixTime
  }

  var report: WorkerReport
  /// None for a role that makes no calls.
  var gateways: [(deployment: String, state: CallGateState)] = []
  var budget: Budget?
}

extension FleetFigures.Budget {
  init(_ keeper: BudgetKeeper) {
    let (limit, spent) = keeper.state
    self.init(
      period: keeper.budget.period.rawValue, spent: spent, limit: limit,
      currency: keeper.budget.currency,
      end: UnixTime(milliseconds: Int64(keeper.periodEnd) * 1_000))
  }
}
