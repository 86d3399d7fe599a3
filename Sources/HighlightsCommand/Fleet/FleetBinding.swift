import KafkaWorker
import LLMGateway

/// What a worker would need more of to be faster, by rules of which the first that holds counts.
enum FleetBinding: String, Sendable, CaseIterable {
  /// Messages of the subscribed topic wait for an operator; those of other lanes count while nothing else is at work.
  case paused
  /// A lane is held because the budget is spent.
  case budget
  /// No deployment's circuit lets calls through, or a lane is held by anything else that the gateway said.
  case gateway
  /// A lane is held by a 429; or calls wait for their turn, and a limit of that deployment is used to nine tenths and
  /// more. Of a process younger than the limiter's minute only what it could have used so far is asked for.
  case limit
  /// Calls wait for their turn, and the deployment is believed to bear no more at once.
  case concurrency
  /// Messages wait, and as many as may be are with handlers, in all or of that partition.
  case inFlight = "in_flight"
  /// What comes is done: nothing waits for room.
  case load

  /// - Parameters:
  ///   - age: How long the process has run.
  static func of(
    _ figures: FleetFigures, _ bounds: FleetBounds, age: Duration
  ) -> FleetBinding {
    let held = Set(
      figures.report.partitions.filter { $0.state == .held }.map { $0.reason ?? "" })
    let gates = figures.gateways.map(\.state)
    if isPaused(figures.report, bounds) { return .paused }
    if held.contains(GatewayError.Kind.budgetSpent.word) { return .budget }
    if !gates.isEmpty, gates.allSatisfy(\.isOpen) { return .gateway }
    let limited = GatewayError.Kind.rateLimited(.unknown).word
    if held.contains(where: { $0 != limited && !isOwn($0) }) { return .gateway }
    if held.contains(limited) { return .limit }
    let waiting = gates.filter { $0.waiting > 0 }
    if waiting.contains(where: { isUsedUp($0, age: age) }) { return .limit }
    if waiting.contains(where: { $0.inFlight >= $0.concurrencyLimit }) { return .concurrency }
    return isFull(figures.report, bounds) ? .inFlight : .load
  }

  private static func isPaused(_ report: WorkerReport, _ bounds: FleetBounds) -> Bool {
    let paused = report.partitions.filter { $0.state == .paused && $0.unfinished > 0 }
    if paused.contains(where: { $0.topic == bounds.queries }) { return true }
    let isAtWork = report.partitions.contains { [.queued, .calling, .held].contains($0.state) }
    return !paused.isEmpty && !isAtWork
  }

  /// Causes of the worker's own: its broker, or its end.
  private static func isOwn(_ reason: String) -> Bool {
    ["broker_unavailable", "retry_topic_refused", GatewayError.Kind.cancelled.word]
      .contains(reason)
  }

  private static func isUsedUp(_ state: CallGateState, age: Duration) -> Bool {
    let part = min(1, max(0, age / .seconds(60)))
    return state.limits.pausedUntil != nil
      || state.limits.limits.contains { $0.rate > 0 && Double($0.used) >= 0.9 * $0.rate * part }
  }

  private static func isFull(_ report: WorkerReport, _ bounds: FleetBounds) -> Bool {
    let waiting = report.partitions.filter { $0.buffered > 0 && $0.state != .paused }
    return !waiting.isEmpty
      && (report.inFlight >= bounds.inFlight
        || waiting.contains { $0.inFlight >= bounds.inFlightPerPartition })
  }
}

/// What bounds a worker, by its configuration.
struct FleetBounds: Sendable, Hashable {
  /// The subscribed topic.
  var queries: String
  var inFlight: Int
  var inFlightPerPartition: Int
}

extension FleetBounds {
  init(_ configuration: KafkaWorkerConfiguration) {
    self.init(
      queries: configuration.topics.first ?? "", inFlight: configuration.inFlight,
      inFlightPerPartition: configuration.inFlightPerPartition)
  }
}

extension WorkerReport.Partition {
  /// Messages received and not completed. The worker knows no end of the topic: what lies beyond is told by offsets.
  var unfinished: Int { inFlight + buffered + waiting }
}
