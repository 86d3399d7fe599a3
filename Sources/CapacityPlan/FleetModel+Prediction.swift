/// What a fleet does of what is asked of it.
public struct Prediction: Sendable, Hashable {
  /// Searches a second asked for.
  public let offered: Double
  /// Searches a second that end, and calls a second among them.
  public let searches: Double
  public let calls: Double
  /// Parts, 0 to 1, of what there is: places in flight, processors, calls that the limits allow.
  public let placesUsed: Double
  public let processorsUsed: Double
  public let limitUsed: Double

  /// Searches a second by which the lag grows.
  public var lagGrowth: Double { max(0, offered - searches) }
}

extension FleetModel {
  /// What the fleet does of `rate` searches a second.
  ///
  /// Where a worker cannot do all, its partitions take turns: each gets the same number of searches a second unless
  /// fewer arrive or it cannot do more. How many that is follows from the worker's places, processors and limits.
  public func prediction(at rate: Double) -> Prediction {
    summary(of: processed(at: rate), offered: rate)
  }

  /// For each partition the fleet's rate at which its keys would make what it gets done.
  func processed(at rate: Double) -> [Double] {
    var rates = (0..<partitions).map { partition in
      Self.largest(upTo: rate) { canDoAlone(partition, at: $0) }
    }
    for owner in 0..<owners {
      let owned = owned(by: owner)
      if canDo(owned.map { work($0, at: rates[$0]) }) { continue }
      let shares = owned.map { work($0, at: 1).searches }
      func leveled(_ level: Double) -> [Double] {
        zip(owned, shares).map { partition, share in
          share > 0 ? min(rates[partition], level / share) : rates[partition]
        }
      }
      let top = zip(owned, shares).map { rates[$0] * $1 }.max() ?? 0
      let level = Self.largest(upTo: top) { level in
        canDo(zip(owned, leveled(level)).map { work($0, at: $1) })
      }
      for (partition, rate) in zip(owned, leveled(level)) { rates[partition] = rate }
    }
    return rates
  }

  private func summary(of rates: [Double], offered: Double) -> Prediction {
    var sum = Work()
    for (partition, rate) in rates.enumerated() { sum += work(partition, at: rate) }
    let allowed = min(input.limits.calls(), input.limits.calls(of: input.call))
    return Prediction(
      offered: offered, searches: sum.searches, calls: sum.calls,
      placesUsed: sum.places(input.call, input.worker) / Double(owners * input.worker.inFlight),
      processorsUsed: sum.processors(input.worker) / (Double(owners) * input.worker.cores),
      limitUsed: allowed.isFinite ? sum.calls / allowed : 0)
  }

  /// Whether a partition's own bounds allow it: places of one partition, and one search of a key at a time.
  private func canDoAlone(_ partition: Int, at rate: Double) -> Bool {
    work(partition, at: rate).places(input.call, input.worker)
      <= Double(input.worker.inFlightPerPartition)
      && heaviestKeyBusy(partition, at: rate) <= 1
  }

  /// Whether one worker can do the work of its partitions.
  private func canDo(_ works: [Work]) -> Bool {
    var sum = Work()
    for work in works { sum += work }
    let share = Double(works.count) / Double(partitions)
    return sum.places(input.call, input.worker) <= Double(input.worker.inFlight)
      && sum.processors(input.worker) <= input.worker.cores
      && sum.calls <= input.limits.calls() * share
      && sum.calls <= input.limits.calls(of: input.call) * share
  }
}
