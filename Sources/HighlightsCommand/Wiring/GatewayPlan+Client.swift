import Foundation
import LLMGateway
import Logging

extension GatewayPlan {
  /// One deployment that costs nothing and limits nothing.
  init(free deployment: Deployment) {
    self.init(
      steps: [
        Step(
          deployment: deployment, price: nil, limits: .init(), contextTokens: nil, conditions: [])
      ], budget: nil)
  }

  /// The client of these deployments.
  ///
  /// - Throws: `DeploymentError` for a limit that cannot work.
  func client(
    _ settings: Settings, share: LimitShare, budget: BudgetKeeper?
  ) throws -> GatewayClient {
    GatewayClient(
      try steps.map { try $0.target(settings.limits) }, share: share, budget: budget,
      retryPolicy: settings.gateway.retryPolicy, logger: Logger(label: "gateway"))
  }

  /// What guards the budget; nil where none is set.
  func keeper() -> BudgetKeeper? {
    budget.map { budget in
      let period: BudgetPeriod =
        switch budget.period {
        case .hour: .hour
        case .day: .day
        case .month: .month
        }
      return BudgetKeeper(
        LLMGateway.Budget(
          micros: budget.amountMicros, currency: budget.currency, period: period,
          warnAt: budget.warnAt, backfillUntil: budget.backfillUntil, block: budget.block),
        logger: Logger(label: "budget"))
    }
  }
}

extension LimitSettings {
  /// The share of a worker that owns nothing yet.
  var initialShare: LimitShare {
    switch share {
    case .partitions: .partitions(owned: [], of: 1)
    case .fixed: .fixed(Double(fixedShare) / 100)
    case .all: .all
    }
  }
}

extension GatewayPlan.Step {
  fileprivate func target(_ settings: LimitSettings) throws -> GatewayTarget {
    GatewayTarget(
      deployment,
      limits: try DeploymentLimits(
        requestsPerMinute: limits.requestsPerMinute, tokensPerMinute: limits.tokensPerMinute,
        inputTokensPerMinute: limits.inputTokensPerMinute,
        outputTokensPerMinute: limits.outputTokensPerMinute, burst: settings.burst,
        interactiveFloor: Double(settings.interactiveFloor) / 100),
      price: price.map {
        TokenPrice(input: $0.input, output: $0.output, currency: $0.currency)
      },
      standsInFor: Set(conditions.compactMap { GatewayTarget.Fallback(rawValue: $0.rawValue) }))
  }
}
