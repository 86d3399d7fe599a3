import KafkaWorker
import LLMGateway

/// What keeps a worker from being faster, and so whether another worker would help.
///
/// It refines ``FleetBinding`` by what that does not look at: the processors, keys that many searches share, and whether
/// there are partitions to hand over.
enum BindingConstraint: String, Sendable, CaseIterable {
  /// It is full, and has one partition: another worker would get none of its work.
  case partitions
  /// As many messages as may be are with handlers.
  case inFlight = "in_flight"
  /// The gateway is believed to bear no more calls at once.
  case concurrency
  /// The provider's limits are used up, or it refuses calls.
  case limit
  /// The machine has no processor time left.
  case cpu
  /// Searches wait for another of their key while there is room for others.
  case keySkew = "key_skew"
  case budget
  case gateway
  case paused
  case none

  static func of(_ figures: ScalingFigures) -> BindingConstraint {
    let isBusy = figures.cpu >= ScalingFigures.busy
    switch FleetBinding.of(figures.fleet, figures.bounds, age: figures.age) {
    case .paused: return .paused
    case .budget: return .budget
    case .gateway: return .gateway
    case .limit: return .limit
    case .concurrency: return .concurrency
    case .inFlight:
      if isBusy { return .cpu }
      return figures.owned > 1 ? .inFlight : .partitions
    case .load:
      if figures.waitsForKeys { return .keySkew }
      return isBusy && figures.waiting > 0 ? .cpu : .none
    }
  }

  /// What one more worker would add to the fleet's throughput, as a part of what it is.
  ///
  /// Workers share limits and budget, and a key has one worker: only one that is short of room or of processors, and has
  /// partitions to hand over, gains by another, and no more than the limits have left.
  func gainOfOneMore(_ figures: ScalingFigures) -> Double {
    switch self {
    case .inFlight, .concurrency, .cpu:
      guard figures.owned > 1 else { return 0 }
      return max(0, min(figures.share, figures.headroom))
    case .partitions, .limit, .keySkew, .budget, .gateway, .paused, .none: return 0
    }
  }
}

/// What the constraint is decided from.
struct ScalingFigures: Sendable {
  /// From this part of all processors on there is nothing left to speak of.
  static let busy = 0.9
  /// So many more messages than are in flight have to wait for keys before they count: a moment's wait is none.
  private static let fewWaiting = 8

  var fleet: FleetFigures
  var bounds: FleetBounds
  /// How long the process has run.
  var age: Duration
  /// The part of all processors that the process uses, 0 to 1.
  var cpu: Double

  private var lane: [WorkerReport.Partition] {
    fleet.report.partitions.filter { $0.topic == bounds.queries }
  }

  /// Partitions of the subscribed topic.
  var owned: Int { lane.count }

  /// Messages of it that could begin.
  var waiting: Int {
    lane.filter { [.queued, .calling].contains($0.state) }.reduce(0) { $0 + $1.buffered }
  }

  /// Whether messages wait although there is room, which only those do whose key is busy.
  var waitsForKeys: Bool {
    guard fleet.report.inFlight < bounds.inFlight else { return false }
    return lane.contains { partition in
      [.queued, .calling].contains(partition.state)
        && partition.inFlight < bounds.inFlightPerPartition
        && partition.buffered > max(Self.fewWaiting, 2 * partition.inFlight)
    }
  }

  /// This worker's part of the fleet.
  var share: Double { fleet.gateways.map(\.state.limits.share).max() ?? 1 }

  /// How much more the limits allow, as a part of what is used.
  var headroom: Double {
    fleet.gateways.flatMap(\.state.limits.limits).filter { $0.used > 0 }
      .map { $0.rate / Double($0.used) - 1 }.min() ?? .infinity
  }
}
