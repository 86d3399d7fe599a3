/// What binds the fleet, and what one more worker would bring.
///
/// Each worker says what it would need more of to be faster; what most of those name that are bound at all binds the
/// fleet, and of as many the more urgent. More workers share limits and budget and do not raise them, and a partition has
/// one worker: only where messages wait for room in workers, and there are partitions to hand over, does another one help.
enum FleetAdvice {
  /// The more urgent first.
  private static let urgency = [
    "paused", "budget", "gateway", "limit", "concurrency", "in_flight", "load",
  ]

  /// - Parameters:
  ///   - workers: Those that are here and make calls.
  ///   - partitions: Of the topic of new searches; nil where that is not known.
  static func of(_ workers: [FleetSnapshot.Worker], partitions: Int?) -> FleetSnapshot.Advice {
    guard !workers.isEmpty else {
      return .init(
        binding: "workers", at: 0, of: 0, oneMorePercent: 0,
        text: "No worker is heard: searches wait until one runs.")
    }
    let (binding, count) = binding(of: workers)
    let at = count == workers.count ? "" : " at \(count) of \(workers.count) workers"
    let percent = gain(workers, binding, partitions)
    let what: String
    switch binding {
    case "paused":
      what = "An operator's pause binds\(at). One more worker would bring nothing: resume first."
    case "budget":
      what = "The budget binds\(at). One more worker would bring nothing: all share it."
    case "gateway":
      what = "The gateway binds\(at): it does not take calls. One more worker would bring nothing."
    case "limit":
      what = "The provider's limits bind\(at). One more worker would bring nothing: all share them."
    case "concurrency", "in_flight":
      let bound =
        binding == "in_flight"
        ? "Messages in flight bind\(at)" : "Calls at once to the gateway bind\(at)"
      what =
        percent > 0
        ? "\(bound). One more worker would bring up to \(percent) %\(condition(binding))."
        : "\(bound). One more worker would bring nothing: \(obstacle(workers, partitions))."
    default: what = "Nothing binds: what comes is done. One more worker would bring nothing."
    }
    return .init(
      binding: binding, at: count, of: workers.count, oneMorePercent: percent, text: what)
  }

  private static func binding(of workers: [FleetSnapshot.Worker]) -> (String, Int) {
    var best = ("load", workers.count { $0.binding == "load" })
    var most = 0
    for binding in urgency.dropLast() {
      let count = workers.count { $0.binding == binding }
      if count > most { (best, most) = ((binding, count), count) }
    }
    return best
  }

  private static func condition(_ binding: String) -> String {
    binding == "concurrency" ? ", if the gateway bears its calls too" : ""
  }

  private static func obstacle(_ workers: [FleetSnapshot.Worker], _ partitions: Int?) -> String {
    hasFree(workers, partitions)
      ? "the provider's limits are used up" : "every partition has a worker of its own"
  }

  private static func hasFree(_ workers: [FleetSnapshot.Worker], _ partitions: Int?) -> Bool {
    partitions.map { $0 > workers.count } ?? true
  }

  /// A worker's even share, as far as the limits of all have room for it.
  private static func gain(
    _ workers: [FleetSnapshot.Worker], _ binding: String, _ partitions: Int?
  ) -> Int {
    guard binding == "in_flight" || binding == "concurrency", hasFree(workers, partitions) else {
      return 0
    }
    var gain = 1 / Double(workers.count)
    var limits: [[String]: (allowed: Double, used: Double)] = [:]
    for limit in workers.flatMap(\.limits) {
      limits[[limit.deployment, limit.dimension], default: (0, 0)].allowed += limit.allowed
      limits[[limit.deployment, limit.dimension], default: (0, 0)].used += limit.used
    }
    for (allowed, used) in limits.values where used > 0 {
      gain = min(gain, max(0, allowed / used - 1))
    }
    return Int((gain * 100).rounded(.down))
  }
}
