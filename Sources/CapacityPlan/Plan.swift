/// What a target takes, what it costs and what bounds it.
public struct Plan: Sendable, Hashable {
  public let workers: Int
  public let partitions: Int
  /// Searches a second asked for, on average and at the busiest time.
  public let searchesPerSecond: Double
  public let peakSearchesPerSecond: Double
  /// Calls a second, on average and at the busiest time: keys refreshed that found other evidence, and new keys.
  public let callsPerSecond: Double
  public let peakCallsPerSecond: Double
  /// The part of searches that need no call.
  public let savedShare: Double
  /// The part of all searches that the most searched key has, and that the busiest partition has.
  public let hottestKeyShare: Double
  public let hottestPartitionShare: Double
  /// Megabytes of all workers.
  public let memory: Double
  public let storedHighlights: Double
  public let storeBytes: Double
  /// Units of the currency in a month, and what as many calls as searches would cost more.
  public let monthlySpend: Double
  public let monthlySaving: Double
  /// What is done at the busiest time.
  public let atPeak: Prediction
  /// By what they carry, least first.
  public let bounds: [Bound]

  /// What gives way first. Without any bound, which takes no work at all, the places in flight.
  public var binding: Bound { bounds.first ?? Bound(.inFlight, carries: .infinity) }

  /// Whether all of the target can be done.
  public var isMet: Bool { binding.carries >= searchesPerSecond }

  /// The formulae stand with ``RefreshLaw``, ``FleetModel`` and in `Deploy/CAPACITY.md`.
  public init(_ input: PlanInput) { self.init(input, Self.fleet(for: input)) }

  /// The plan of a fleet that stands already.
  public init(_ input: PlanInput, _ fleet: FleetModel) {
    let (mean, peak) = (input.demand.searchesPerSecond, input.demand.peak)
    let (atMean, atPeak) = (fleet.work(at: mean), fleet.work(at: peak))
    workers = fleet.workers
    partitions = fleet.partitions
    searchesPerSecond = mean
    peakSearchesPerSecond = peak
    callsPerSecond = atMean.calls
    peakCallsPerSecond = atPeak.calls
    savedShare = 1 - atMean.calls / mean
    let known = 1 - input.demand.newKeyShare
    hottestKeyShare = known * (fleet.keys.map(\.heaviest).max() ?? 0)
    hottestPartitionShare =
      known * (fleet.keys.map(\.share).max() ?? 0)
      + input.demand.newKeyShare / Double(fleet.partitions)
    memory = Double(fleet.workers) * input.worker.memory
    storedHighlights = fleet.storedHighlights(at: mean)
    storeBytes = storedHighlights * input.highlightBytes
    monthlySpend = atMean.calls * input.call.cost * FleetModel.month
    monthlySaving = (mean - atMean.calls) * input.call.cost * FleetModel.month
    self.atPeak = fleet.prediction(at: peak)
    bounds = fleet.bounds()
  }

  // MARK: Choosing

  /// The fewest workers whose busiest has the work of the busiest time within the utilisation.
  private static func fleet(for input: PlanInput) -> FleetModel {
    var choice = FleetModel(
      input, workers: 1, partitions: input.partitions ?? firstChoice)
    while true {
      choice = choice.with(workers: input.workers ?? workers(for: choice))
      // Two partitions a worker and more, so that one of them can be moved when workers come and go.
      let isEnough = choice.workers * 2 <= choice.partitions && fits(choice)
      guard input.partitions == nil, !isEnough, choice.partitions * 2 <= PlanInput.most else {
        return choice
      }
      choice = FleetModel(input, workers: 1, partitions: choice.partitions * 2)
    }
  }

  /// As in `Config/topics.yaml`; it is doubled until it does.
  private static let firstChoice = 12

  /// Whether each partition has its places within its bounds, but for its most searched key's, which no number of
  /// partitions makes fewer.
  private static func fits(_ fleet: FleetModel) -> Bool {
    let (input, peak) = (fleet.input, fleet.input.demand.peak)
    let most = Double(min(input.worker.inFlight, input.worker.inFlightPerPartition))
    return (0..<fleet.partitions).allSatisfy { partition in
      fleet.work(partition, at: peak).places(input.call, input.worker)
        - fleet.heaviestKeyBusy(partition, at: peak) <= most * input.utilisation
    }
  }

  private static func workers(for fleet: FleetModel) -> Int {
    let input = fleet.input
    let mostPlaces = Double(input.worker.inFlight) * input.utilisation
    let mostProcessors = input.worker.cores * input.utilisation
    let works = (0..<fleet.partitions).map { fleet.work($0, at: input.demand.peak) }
    // What is more than one worker can do is no reason for more of them: a partition has one.
    let places = works.map { min(mostPlaces, $0.places(input.call, input.worker)) }
    let processors = works.map { min(mostProcessors, $0.processors(input.worker)) }
    let least = max(places.reduce(0, +) / mostPlaces, processors.reduce(0, +) / mostProcessors)
    var count = max(1, Int(least.rounded(.up)))
    while count < fleet.partitions {
      let some = fleet.with(workers: count)
      let isEnough = (0..<count).allSatisfy { owner in
        let owned = some.owned(by: owner)
        return places[owned].reduce(0, +) <= mostPlaces
          && processors[owned].reduce(0, +) <= mostProcessors
      }
      if isEnough { return count }
      count += max(1, count / 50)
    }
    return fleet.partitions
  }
}
