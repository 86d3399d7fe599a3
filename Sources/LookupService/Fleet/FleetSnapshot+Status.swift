import HighlightsProtocol
import SwiftProtobuf

// What a status says, in bounds.

extension FleetSnapshot.Worker {
  static let bindings: Set<String> = [
    "limit", "in_flight", "concurrency", "budget", "gateway", "paused", "load",
  ]

  init(_ status: WorkerStatus, name: String) {
    self.init(
      name: name, role: FleetWords.bounded(status.role), state: "here", heardSecondsAgo: 0,
      startedAt: status.hasStartedAt ? UnixTime(status.startedAt).description : nil,
      partitions: 0, inFlight: Int(status.inFlight), inFlightBound: Int(status.inFlightBound),
      limits: status.limits.prefix(WorkerTable.mostDetails).map(FleetSnapshot.Limit.init),
      holds: status.holds.prefix(WorkerTable.mostDetails).map(FleetSnapshot.Hold.init),
      budget: status.hasBudget ? FleetSnapshot.Budget(status.budget) : nil,
      binding: Self.bindings.contains(status.binding) ? status.binding : "unknown")
  }
}

extension FleetSnapshot.Limit {
  init(_ limit: LimitStatus) {
    self.init(
      deployment: FleetWords.bounded(limit.deployment),
      dimension: FleetWords.bounded(limit.dimension),
      allowed: FleetWords.number(limit.allowed), used: FleetWords.number(limit.used))
  }
}

extension FleetSnapshot.Hold {
  init(_ hold: HoldStatus) {
    self.init(
      topic: FleetWords.name(hold.topic), reason: FleetWords.bounded(hold.reason),
      since: hold.hasSince ? UnixTime(hold.since).description : nil,
      until: hold.hasUntil ? UnixTime(hold.until).description : nil)
  }
}

extension FleetSnapshot.Budget {
  init(_ budget: BudgetStatus) {
    self.init(
      period: FleetWords.bounded(budget.period),
      spentMicros: FleetWords.units(budget.spentMicros),
      limitMicros: FleetWords.units(budget.limitMicros),
      currency: FleetWords.currency(budget.currency) ?? "")
  }
}

extension FleetSnapshot.Partition {
  init(_ partition: PartitionStatus, at place: WorkerTable.Place, owner: String) {
    self.init(
      topic: place.topic, partition: place.partition, lag: FleetWords.units(partition.lag),
      lagFrom: "worker", state: FleetWords.bounded(partition.state),
      reason: partition.reason.isEmpty ? nil : FleetWords.bounded(partition.reason),
      oldestWaitMs: partition.hasOldestWait ? Self.milliseconds(partition.oldestWait) : nil,
      inFlight: Int(partition.inFlight), owner: owner)
  }

  private static func milliseconds(_ duration: Google_Protobuf_Duration) -> Int64 {
    let seconds = min(max(duration.seconds, 0), FleetWords.mostUnits / 1_000 - 1)
    return seconds * 1_000 + Int64(max(0, duration.nanos)) / 1_000_000
  }
}
