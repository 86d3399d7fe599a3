/// All that `/admin/settings` shows and changes.
struct RunTimeSettings: Sendable, Equatable {
  /// An outage as it is asked for: relative to now.
  struct PlannedOutage: Sendable, Equatable {
    var after: Duration
    var length: Duration
    var fault: SimulatedFault
  }

  var behavior = GatewayBehavior()
  var latency = GatewaySimulatorConfiguration.Latency.fixed(.zero)
  /// Those that are on or to come.
  var outages: [PlannedOutage] = []
}

extension RunTimeSettings.PlannedOutage {
  /// What is left of an outage at `now`; nil when it is over.
  init?(_ outage: Outage, at now: Duration) {
    guard outage.end > now else { return nil }
    after = max(.zero, outage.begin - now)
    length = outage.end - max(now, outage.begin)
    fault = outage.fault
  }

  func outage(from now: Duration) -> Outage {
    Outage(begin: now + after, end: now + after + length, fault: fault)
  }
}
