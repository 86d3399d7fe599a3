import HighlightsProtocol
import LLMGateway
import Metrics
import ServiceLifecycle

/// Keeps the gauges of the gateway's controls and of the budget true.
struct GatewayGauges: Service {
  /// The names that are recorded here.
  enum Metric: String, CaseIterable {
    case waiting = "llm_gateway.waiting"
    case inFlight = "llm_gateway.in_flight"
    case concurrencyLimit = "llm_gateway.concurrency_limit"
    case circuitOpen = "llm_gateway.circuit_open"
    case limitShare = "llm_gateway.limit_share"
    case limitScale = "llm_gateway.limit_scale"
    case limit = "llm_gateway.limit_per_minute"
    case limitUsed = "llm_gateway.limit_used_per_minute"
    case budget = "llm_gateway.budget_micros"
    case budgetUsed = "llm_gateway.budget_used_micros"
    case budgetLeft = "llm_gateway.budget_left_micros"

    func record(_ value: Double, _ labels: [(String, String)]) {
      Gauge(label: rawValue, dimensions: labels).record(value)
    }
  }

  let gateway: GatewayClient
  let budget: BudgetKeeper?

  func run() async throws {
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        record()
        try? await Task.sleep(for: .seconds(1))
      }
    }
  }

  private func record() {
    for (name, state) in gateway.states {
      let of = [("deployment", name)]
      Metric.waiting.record(Double(state.waiting), of)
      Metric.inFlight.record(Double(state.inFlight), of)
      Metric.concurrencyLimit.record(Double(state.concurrencyLimit), of)
      Metric.circuitOpen.record(state.isOpen ? 1 : 0, of)
      Metric.limitShare.record(state.limits.share, of)
      Metric.limitScale.record(state.limits.scale, of)
      for limit in state.limits.limits {
        let of = of + [("dimension", LimitStatus.word(limit.dimension))]
        Metric.limit.record(limit.rate, of)
        Metric.limitUsed.record(Double(limit.used), of)
      }
    }
    guard let budget else { return }
    let of = [("currency", budget.budget.currency)]
    let (total, used) = budget.state
    Metric.budget.record(Double(total), of)
    Metric.budgetUsed.record(Double(used), of)
    Metric.budgetLeft.record(Double(max(0, total - used)), of)
  }
}
