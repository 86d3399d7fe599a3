/// What bounds a fleet.
public enum Constraint: String, Sendable, Hashable, CaseIterable, Codable {
  /// Requests a minute.
  case requests
  /// Tokens a minute.
  case tokens
  /// Places in flight of all workers.
  case inFlight = "in_flight"
  /// Processors of all workers.
  case cpu
  /// Owners there can be: a partition has one.
  case partitions
  /// The most searched key, whose searches are done one at a time, or the partition it makes hot.
  case keySkew = "key_skew"
  /// Money in a month.
  case budget

  /// What helps.
  public var remedy: String {
    switch self {
    case .requests: "more requests a minute, another deployment, longer freshness"
    case .tokens: "more tokens a minute, less evidence a call, longer freshness"
    case .inFlight: "more workers, or more in flight on each"
    case .cpu: "more workers, or more processors for each"
    case .partitions: "more partitions, or more in flight on each"
    case .keySkew: "look-ups in front of the workers, so that fresh searches are not published"
    case .budget: "a larger budget, a cheaper model, longer freshness"
    }
  }
}

/// One constraint and what it would carry if there were no other.
public struct Bound: Sendable, Hashable {
  public let constraint: Constraint
  /// Mean searches a second, with the plan's peak factor, for which nobody falls behind; infinite without a bound.
  public let carries: Double

  public init(_ constraint: Constraint, carries: Double) {
    self.constraint = constraint
    self.carries = carries
  }
}

extension FleetModel {
  /// Seconds of a month: a twelfth of a year of 365.25 days.
  static let month = 365.25 / 12 * 86_400

  /// The part of an even partition's rate below which the hottest one is put down to its keys.
  private static let skewed = 0.75

  /// Every constraint, by what it carries, least first.
  public func bounds() -> [Bound] {
    let (even, hottest, key) = (evenPartitions(), hottestPartition(), heaviestKey())
    // A hash spreads nothing quite evenly: that is the partitions' bound. What a few keys make hot is skew.
    let isSkewed = hottest < even * Self.skewed
    let atPeak: [(Constraint, Double)] = [
      (.requests, limited(to: input.limits.calls())),
      (.tokens, limited(to: input.limits.calls(of: input.call))),
      (
        .inFlight,
        owning { $0.places(input.call, input.worker) <= Double(input.worker.inFlight) }
      ),
      (.cpu, owning { $0.processors(input.worker) <= input.worker.cores }),
      (.partitions, isSkewed ? even : hottest),
      (.keySkew, isSkewed ? min(hottest, key) : key),
    ]
    let bounds =
      atPeak.map {
        Bound($0, carries: $1 < Self.ceiling ? $1 / input.demand.peakFactor : .infinity)
      }
      + [Bound(.budget, carries: afforded())]
    return bounds.sorted { $0.carries < $1.carries }
  }

  /// No fleet is asked for as much; a rate that reaches it is not bounded.
  private static let ceiling = 1e9

  private func limited(to calls: Double) -> Double {
    guard calls.isFinite else { return .infinity }
    return bounded { rate in
      let works = (0..<partitions).map { work($0, at: rate).calls }
      return (0..<owners).allSatisfy { owner in
        let owned = owned(by: owner)
        return works[owned].reduce(0, +) <= calls * Double(owned.count) / Double(partitions)
      }
    }
  }

  private func owning(_ holds: (Work) -> Bool) -> Double {
    bounded { rate in
      (0..<owners).allSatisfy { owner in
        var sum = Work()
        for partition in owned(by: owner) { sum += work(partition, at: rate) }
        return holds(sum)
      }
    }
  }

  /// With all of the work spread evenly over workers that own one partition each.
  private func evenPartitions() -> Double {
    bounded { rate in
      let work = work(at: rate)
      let most = Double(min(input.worker.inFlight, input.worker.inFlightPerPartition))
      return work.places(input.call, input.worker) <= most * Double(partitions)
        && work.processors(input.worker) <= input.worker.cores * Double(partitions)
    }
  }

  /// With each partition on a worker of its own.
  private func hottestPartition() -> Double {
    let most = Double(min(input.worker.inFlight, input.worker.inFlightPerPartition))
    return bounded { rate in
      (0..<partitions).allSatisfy { partition in
        let work = work(partition, at: rate)
        return work.places(input.call, input.worker) <= most
          && work.processors(input.worker) <= input.worker.cores
      }
    }
  }

  private func heaviestKey() -> Double {
    guard let hottest = keys.indices.max(by: { keys[$0].heaviest < keys[$1].heaviest }) else {
      return .infinity
    }
    return bounded { heaviestKeyBusy(hottest, at: $0) <= 1 }
  }

  private func afforded() -> Double {
    guard let budget = input.monthlyBudget, input.call.cost > 0 else { return .infinity }
    let calls = budget / Self.month / input.call.cost
    let rate = bounded { work(at: $0).calls <= calls }
    return rate < Self.ceiling ? rate : .infinity
  }

  /// The largest rate for which `holds`. Doubling first keeps the search near the answer.
  private func bounded(_ holds: (Double) -> Bool) -> Double {
    var most = max(input.demand.peak, 1e-3)
    while most < Self.ceiling, holds(most) { most *= 4 }
    return Self.largest(upTo: min(most, Self.ceiling), holds)
  }
}
