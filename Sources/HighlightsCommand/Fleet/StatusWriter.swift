import Foundation
import HighlightsProtocol
import KafkaWorker
import LLMGateway
import SwiftProtobuf

/// Makes a worker's figures the message that it publishes of itself.
///
/// A value: what it remembers is since when each lane is held.
struct StatusWriter: Sendable {
  struct Identity: Sendable, Hashable {
    let worker: String
    let role: String
    let startedAt: UnixTime

    /// This process: its host, its number and its start.
    static func process(role: String, startedAt: UnixTime) -> Identity {
      let process = ProcessInfo.processInfo
      return Identity(
        worker:
          "\(process.hostName)/\(process.processIdentifier)/\(startedAt.milliseconds / 1_000)",
        role: role, startedAt: startedAt)
    }
  }

  private struct Hold: Hashable {
    let topic: String
    let reason: String
  }

  let identity: Identity
  let bounds: FleetBounds
  private var heldSince: [Hold: UnixTime] = [:]

  init(_ identity: Identity, _ bounds: FleetBounds) {
    self.identity = identity
    self.bounds = bounds
  }

  mutating func status(of figures: FleetFigures, at now: UnixTime) -> WorkerStatus {
    var status = WorkerStatus()
    status.worker = identity.worker
    status.role = identity.role
    status.sentAt = now.timestamp
    status.startedAt = identity.startedAt.timestamp
    status.partitions = figures.report.partitions.map(Self.partition)
    status.inFlight = UInt32(clamping: figures.report.inFlight)
    status.inFlightBound = UInt32(clamping: bounds.inFlight)
    status.limits = figures.gateways.flatMap { gateway in
      gateway.state.limits.limits.map { Self.limit($0, of: gateway.deployment) }
    }
    status.holds = holds(figures, at: now)
    if let budget = figures.budget {
      status.budget.period = budget.period
      status.budget.spentMicros = UInt64(max(0, budget.spent))
      status.budget.limitMicros = UInt64(max(0, budget.limit))
      status.budget.currency = budget.currency
    }
    let age = Duration.milliseconds(now.milliseconds - identity.startedAt.milliseconds)
    status.binding = FleetBinding.of(figures, bounds, age: age).rawValue
    return status
  }

  private static func partition(
    _ report: WorkerReport.Partition
  ) -> HighlightsProtocol.PartitionStatus {
    var status = HighlightsProtocol.PartitionStatus()
    status.topic = report.topic
    status.partition = report.partition
    status.state = report.state.rawValue
    status.reason = report.reason ?? ""
    status.lag = Int64(report.unfinished)
    status.inFlight = UInt32(clamping: report.inFlight)
    if let age = report.ageSeconds, age.isFinite, age >= 0 {
      status.oldestWait = Google_Protobuf_Duration(
        rounding: min(age, 1e9), rule: .down)
    }
    return status
  }

  private static func limit(
    _ figures: RateLimiter.LimitFigures, of deployment: String
  ) -> LimitStatus {
    var status = LimitStatus()
    status.deployment = deployment
    status.dimension = LimitStatus.word(figures.dimension)
    status.allowed = figures.rate
    status.used = Double(figures.used)
    return status
  }

  /// One a topic and reason; remembers since when.
  private mutating func holds(_ figures: FleetFigures, at now: UnixTime) -> [HoldStatus] {
    let held = Set(
      figures.report.partitions.filter { $0.state == .held }
        .map { Hold(topic: $0.topic, reason: $0.reason ?? "") })
    heldSince = heldSince.filter { held.contains($0.key) }
    for hold in held where heldSince[hold] == nil { heldSince[hold] = now }
    return held.sorted { ($0.topic, $0.reason) < ($1.topic, $1.reason) }.map { hold in
      var status = HoldStatus()
      status.topic = hold.topic
      status.reason = hold.reason
      status.since = (heldSince[hold] ?? now).timestamp
      if let until = Self.end(of: hold.reason, figures, at: now) { status.until = until.timestamp }
      return status
    }
  }

  /// When what is held by such a cause is tried again, where the figures tell.
  private static func end(
    of reason: String, _ figures: FleetFigures, at now: UnixTime
  ) -> UnixTime? {
    switch reason {
    case GatewayError.Kind.budgetSpent.word: return figures.budget?.end
    case GatewayError.Kind.rateLimited(.unknown).word:
      let pauses = figures.gateways.compactMap { $0.state.limits.pausedUntil }
      return pauses.min().map { UnixTime(milliseconds: $0.nanoseconds / 1_000_000) }
    default:
      // As long as one deployment is open to calls, it may be tried now.
      let waits = figures.gateways.map(\.state.closedFor)
      guard !waits.isEmpty, waits.allSatisfy({ $0 != nil }) else { return nil }
      return waits.compactMap(\.self).min().map {
        now.advanced(byMilliseconds: Int64($0 / .milliseconds(1)))
      }
    }
  }
}

extension LimitStatus {
  /// What statuses and metrics call a dimension.
  static func word(_ dimension: LimitDimension) -> String {
    switch dimension {
    case .requests: "requests"
    case .tokens: "tokens"
    case .inputTokens: "input_tokens"
    case .outputTokens: "output_tokens"
    }
  }
}
