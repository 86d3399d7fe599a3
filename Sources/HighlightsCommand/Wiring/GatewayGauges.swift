import LLMGateway
import Metrics
import ServiceLifecycle

/// Keeps the gauges of the gateway's controls and of the budget true.
struct GatewayGauges: Service {
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
      Gauge(label: "llm_gateway.waiting", dimensions: of).record(state.waiting)
      Gauge(label: "llm_gateway.in_flight", dimensions: of).record(state.inFlight)
      Gauge(label: "llm_gateway.concurrency_limit", dimensions: of).record(state.concurrencyLimit)
      Gauge(label: "llm_gateway.circuit_open", dimensions: of).record(state.isOpen ? 1 : 0)
      Gauge(label: "llm_gateway.limit_share", dimensions: of).record(state.limits.share)
      Gauge(label: "llm_gateway.limit_scale", dimensions: of).record(state.limits.scale)
      for limit in state.limits.limits {
        let of = of + [("dimension", "\(limit.dimension)")]
        Gauge(label: "llm_gateway.limit_per_minute", dimensions: of).record(limit.rate)
      }
    }
    guard let budget else { return }
    let of = [("currency", budget.budget.currency)]
    let (total, used) = budget.state
    Gauge(label: "llm_gateway.budget_micros", dimensions: of).record(total)
    Gauge(label: "llm_gateway.budget_used_micros", dimensions: of).record(used)
  }
}
