import Foundation
import HighlightsProtocol
import Kafka
import KafkaWorker
import LLMGateway

extension FleetReporter {
  /// Reports of a worker of this process, which starts now.
  ///
  /// - Parameters:
  ///   - role: "summarize" or "cache".
  ///   - gateway: What its handler calls; nil for a role that makes no calls.
  convenience init<Handler: WorkerHandler>(
    topic: String, role: String, worker: KafkaWorker<Handler>, bounds: FleetBounds,
    producer: KafkaProducer, gateway: GatewayClient? = nil, budget: BudgetKeeper? = nil
  ) {
    let now = UnixTime.now
    self.init(
      topic: topic, producer: producer,
      writer: StatusWriter(.process(role: role, startedAt: now), bounds)
    ) {
      FleetFigures(
        report: worker.report(), gateways: gateway?.states ?? [],
        budget: budget.map(FleetFigures.Budget.init))
    }
  }
}
