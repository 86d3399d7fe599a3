/// A fleet of workers on one deployment, as the simulation runs it.
public struct FleetScenario: Sendable {
  public enum Arrivals: Sendable, Hashable {
    /// Every partition always has more.
    case backlog
    /// Poisson arrivals of `load` times what the limits carry; partition r gets 1 / (r + 1) of them.
    case zipf(load: Double)
  }

  public var name: String
  public var workers: Int
  public var partitions: Int
  public var requestsPerMinute: Int
  public var tokensPerMinute: Int
  /// Mean tokens of a call: its input (± 30 %, known) and its expected output (± 20 % between
  /// calls); the true output differs from the expected one by up to 30 %.
  public var input: Int
  public var output: Int
  public var arrivals = Arrivals.backlog
  /// Minutes at the start with a rebalance in each but the first.
  public var unrestMinutes = 15
  /// Minutes without one that follow.
  public var calmMinutes = 5
  /// From when on the gateway allows half.
  public var halvedAtMinute: Int?
  /// What others use of the same key's limits, 0 to 1.
  public var outside = 0.0
  /// How far the workers' clocks are off at most, in milliseconds to either side.
  public var skewMilliseconds = 10.0
  /// What the workers take the limits for, in parts of what they are; the gateway states its limits
  /// only where this is 1. Above it the simulation must see refusals.
  public var believed = 1.0
  public var seed: UInt64 = 1

  public init(
    _ name: String, workers: Int, partitions: Int, requestsPerMinute: Int, tokensPerMinute: Int,
    input: Int, output: Int
  ) {
    self.name = name
    self.workers = workers
    self.partitions = partitions
    self.requestsPerMinute = requestsPerMinute
    self.tokensPerMinute = tokensPerMinute
    self.input = input
    self.output = output
  }

  public var minutes: Int { unrestMinutes + calmMinutes }

  /// Calls a minute that the limits carry.
  var capacity: Double {
    min(Double(requestsPerMinute), Double(tokensPerMinute) / Double(input + output))
  }
}
