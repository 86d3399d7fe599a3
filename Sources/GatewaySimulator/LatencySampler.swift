import Foundation

/// Draws latencies; the same seed draws the same sequence.
struct LatencySampler: Sendable {
  private let latency: GatewaySimulatorConfiguration.Latency
  private var state: UInt64

  init(_ latency: GatewaySimulatorConfiguration.Latency, seed: UInt64) {
    self.latency = latency
    state = seed
  }

  mutating func next() -> Duration {
    switch latency {
    case .fixed(let duration): return duration
    case .logNormal(let median, let sigma, let cap):
      // Box and Muller's method; 1 - u keeps the logarithm's argument above zero.
      let radius = (-2 * log(1 - nextUnit())).squareRoot()
      let normal = radius * cos(2 * .pi * nextUnit())
      // The factor is bounded so that an absurd sigma cannot overflow a Duration.
      return min(cap, median * min(exp(sigma * normal), 1e6))
    }
  }

  /// Uniform in [0, 1), by SplitMix64.
  private mutating func nextUnit() -> Double {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return Double((mixed ^ (mixed >> 31)) >> 11) * 0x1p-53
  }
}
