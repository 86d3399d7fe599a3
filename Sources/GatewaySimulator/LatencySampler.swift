import Foundation

/// Draws latencies; the same seed draws the same sequence.
struct LatencySampler: Sendable {
  var latency: GatewaySimulatorConfiguration.Latency
  private var random: UnitRandom

  init(_ latency: GatewaySimulatorConfiguration.Latency, seed: UInt64) {
    self.latency = latency
    random = UnitRandom(seed: seed)
  }

  mutating func next() -> Duration {
    switch latency {
    case .fixed(let duration): return duration
    case .logNormal(let median, let sigma, let cap):
      // Box and Muller's method; 1 - u keeps the logarithm's argument above zero.
      let radius = (-2 * log(1 - random.next())).squareRoot()
      let normal = radius * cos(2 * .pi * random.next())
      // The factor is bounded so that an absurd sigma cannot overflow a Duration.
      return min(cap, median * min(exp(sigma * normal), 1e6))
    }
  }
}
