/// A fault of every request for a while; times are since the simulator's start.
struct Outage: Sendable, Equatable {
  let begin: Duration
  let end: Duration
  let fault: SimulatedFault

  func isOn(at now: Duration) -> Bool { begin <= now && now < end }
}

/// What goes wrong when: outages by the clock, the rest by chance.
struct FaultPlan: Sendable {
  /// How often a request that is held looks whether it may go on.
  static let stallStep = Duration.milliseconds(100)

  var outages: [Outage] = []
  private var rates: [(fault: SimulatedFault, rate: Double)] = []
  private var random: UnitRandom

  init(_ rates: [SimulatedFault: Double], seed: UInt64) {
    random = UnitRandom(seed: seed)
    change(rates: rates)
  }

  mutating func change(rates: [SimulatedFault: Double]) {
    // In an order that does not change from run to run, so that a seed draws the same faults.
    self.rates = rates.filter { $0.value > 0 }.map { ($0.key, $0.value) }
      .sorted { $0.fault.name < $1.fault.name }
  }

  /// The outage that is on; of several the first named.
  func outage(at now: Duration) -> Outage? { outages.first { $0.isOn(at: now) } }

  /// What goes wrong with the next request by chance.
  mutating func draw() -> SimulatedFault? {
    guard !rates.isEmpty else { return nil }
    var point = random.next()
    for (fault, rate) in rates {
      if point < rate { return fault }
      point -= rate
    }
    return nil
  }

  /// How long a stalled request has to stay before it is looked at again; nil when it may go on.
  func stall(at now: Duration) -> Duration? {
    if let outage = outages.first(where: { $0.fault == .stall && $0.isOn(at: now) }) {
      return min(outage.end - now, Self.stallStep)
    }
    return rates.contains { $0.fault == .stall } ? Self.stallStep : nil
  }
}
