import Foundation

/// A fleet, event by event: what the formulae are checked against, at sizes beyond one machine.
///
/// Searches arrive at random (Poisson), keys drawn by how often they are searched for, each in its key's partition. A
/// worker begins searches of its partitions in turn while it has places; one search of a key at a time, the others
/// wait behind it. A search first takes the processor; is its highlight not fresh, it waits for its turn within the
/// worker's part of the limits, then for the gateway, then for the processor again; it keeps its place until all is
/// acknowledged. Nothing is allocated for a search.
public struct PlanSimulation: Sendable {
  /// How keys are at the start.
  public enum Start: Sendable, Hashable {
    /// Nothing has a highlight yet: every key is called for once more than it will be in the long run.
    case empty
    /// As if it had run for long: a key that is refreshed every T + 1/λ is fresh for T of it.
    case settled
  }

  public struct Result: Sendable, Hashable {
    /// A second, over the time that was measured.
    public let searches: Double
    public let calls: Double
    public let offered: Double
    /// Parts, 0 to 1, of what there is.
    public let processorsUsed: Double
    public let limitUsed: Double
    /// Searches waiting at the end.
    public let waiting: Int
    /// Known keys whose highlight has not expired at the end.
    public let storedHighlights: Int
    /// The part of the searches that came to the busiest partition.
    public let hottestPartitionShare: Double
    /// Searches that ended in all, from the start.
    public let ended: Int
  }

  let fleet: FleetModel
  let input: PlanInput
  let start: Start
  /// Seconds: before anything is measured, and measured.
  let warmUp: Double
  let length: Double
  let seed: UInt64

  /// More would not fit into memory.
  public static let mostKeys = 20_000_000

  /// - Parameters:
  ///   - warmUp: seconds before anything is measured.
  ///   - length: seconds that are measured.
  /// - Throws: ``PlanInputError`` for too many keys or a time that is none.
  public init(
    _ input: PlanInput, workers: Int, partitions: Int, start: Start = .settled,
    warmUp: Double = 20, length: Double = 60, seed: UInt64 = 1
  ) throws(PlanInputError) {
    _ = try input.demand.skew.keys.checked("keys", 1...Self.mostKeys)
    fleet = FleetModel(
      input, workers: try workers.checked("workers", 1...PlanInput.most),
      partitions: try partitions.checked("partitions", 1...PlanInput.most))
    self.input = input
    self.start = start
    self.warmUp = try warmUp.checked("warm-up", 0...1e7)
    self.length = try length.checked("simulated-seconds", 1...1e7)
    self.seed = seed
  }

  /// Runs it, as fast as one processor can.
  public func run() -> Result {
    var state = SimulationState(self)
    return state.run()
  }
}
