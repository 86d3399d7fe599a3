import Metrics
import Observability
import ServiceLifecycle

/// Says every few seconds what keeps a worker from being faster.
struct ScalingGauges: Service {
  /// The names that are recorded here.
  enum Metric: String, CaseIterable {
    case constraint = "highlights.binding_constraint"
    case oneMore = "highlights.one_more_worker_ratio"
  }

  let bounds: FleetBounds
  let process: ProcessFigures
  let figures: @Sendable () -> FleetFigures

  func run() async throws {
    let start = ContinuousClock.now
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        record(age: .now - start)
        try? await Task.sleep(for: .seconds(5))
      }
    }
  }

  private func record(age: Duration) {
    let figures = ScalingFigures(
      fleet: figures(), bounds: bounds, age: age, cpu: process.busyRatio())
    let binding = BindingConstraint.of(figures)
    for constraint in BindingConstraint.allCases {
      Gauge(
        label: Metric.constraint.rawValue, dimensions: [("constraint", constraint.rawValue)]
      ).record(constraint == binding ? 1 : 0)
    }
    Gauge(label: Metric.oneMore.rawValue).record(binding.gainOfOneMore(figures))
  }
}
