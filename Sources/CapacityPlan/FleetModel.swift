/// A fleet of so many workers on so many partitions, in formulae.
///
/// Each key's searches go to one partition and each partition to one worker; a worker uses of every limit the part that
/// its partitions are of all. So nothing is shared, and what the fleet can do is what its workers can do one by one.
public struct FleetModel: Sendable {
  let input: PlanInput
  public let workers: Int
  public let partitions: Int
  let law: RefreshLaw
  let keys: [PartitionKeys]

  /// Keys whose partitions are worked out one by one; of more, what is not among the most searched is spread evenly.
  private static let mostPlaced = 20_000_000

  public init(_ input: PlanInput, workers: Int, partitions: Int) {
    self.init(
      input, workers: workers, partitions: partitions,
      keys: Self.place(KeyPopularity(input.demand.skew), partitions))
  }

  /// The same partitions with another number of workers.
  func with(workers: Int) -> FleetModel {
    FleetModel(input, workers: workers, partitions: partitions, keys: keys)
  }

  private init(_ input: PlanInput, workers: Int, partitions: Int, keys: [PartitionKeys]) {
    self.input = input
    self.workers = workers
    self.partitions = partitions
    self.keys = keys
    law = RefreshLaw(input.demand, input.call)
  }

  private static func place(_ popularity: KeyPopularity, _ partitions: Int) -> [PartitionKeys] {
    var placed = [PartitionKeys](repeating: PartitionKeys(), count: partitions)
    var counts = [Int](repeating: 0, count: partitions)
    for run in popularity.runs {
      guard run.first + run.count <= mostPlaced else {
        let even = Double(run.count) / Double(partitions)
        for partition in placed.indices { placed[partition].add(share: run.share, count: even) }
        continue
      }
      for rank in run.first..<(run.first + run.count) {
        counts[KeyPopularity.partition(ofRank: rank, of: partitions)] += 1
      }
      for partition in counts.indices where counts[partition] > 0 {
        placed[partition].add(share: run.share, count: Double(counts[partition]))
        counts[partition] = 0
      }
    }
    return placed
  }

  // MARK: Who owns what

  /// Workers that own a partition; others are idle.
  public var owners: Int { min(workers, partitions) }

  /// The partitions of an owner, by number: as even as can be.
  func owned(by owner: Int) -> Range<Int> {
    (owner * partitions / owners)..<((owner + 1) * partitions / owners)
  }

  // MARK: Work

  /// What a partition's keys make of a fleet's `rate` of searches a second.
  func work(_ partition: Int, at rate: Double) -> Work {
    let demand = input.demand
    let known = rate * (1 - demand.newKeyShare)
    let new = rate * demand.newKeyShare / Double(partitions)
    var refreshes = 0.0
    for (share, count) in keys[partition].keys { refreshes += count * law.refreshes(known * share) }
    return Work(
      searches: known * keys[partition].share + new,
      calls: new + demand.changedShare * refreshes,
      republished: (1 - demand.changedShare) * refreshes)
  }

  /// What a fleet that keeps up does.
  func work(at rate: Double) -> Work {
    var sum = Work()
    for partition in 0..<partitions { sum += work(partition, at: rate) }
    return sum
  }

  /// The part of a second for which a partition's most searched key is worked on: its searches wait for each other.
  func heaviestKeyBusy(_ partition: Int, at rate: Double) -> Double {
    let searches = rate * (1 - input.demand.newKeyShare) * keys[partition].heaviest
    let refreshes = law.refreshes(searches)
    let work = Work(
      searches: searches, calls: input.demand.changedShare * refreshes,
      republished: (1 - input.demand.changedShare) * refreshes)
    return work.places(input.call, input.worker)
  }

  /// Highlights in the store.
  public func storedHighlights(at rate: Double) -> Double {
    let known = rate * (1 - input.demand.newKeyShare)
    var sum = rate * input.demand.newKeyShare * input.demand.expiresAfter
    for partition in keys {
      for (share, count) in partition.keys { sum += count * law.stored(known * share) }
    }
    return sum
  }

  /// The largest rate, up to `most`, for which `holds`; it must hold for all below one for which it does.
  static func largest(upTo most: Double, _ holds: (Double) -> Bool) -> Double {
    if holds(most) { return most }
    var (low, high) = (0.0, most)
    for _ in 0..<40 where high - low > low * 1e-6 {
      let middle = (low + high) / 2
      if holds(middle) { low = middle } else { high = middle }
    }
    return low
  }
}
