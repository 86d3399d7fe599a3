import Testing

@testable import GatewaySimulator

@Suite("Latency")
struct LatencySamplerTests {
  @Test("a seed draws the same sequence again, another seed another one")
  func seeded() {
    func draw(_ seed: UInt64) -> [Duration] {
      var sampler = LatencySampler(
        .logNormal(median: .seconds(1), sigma: 0.5, cap: .seconds(9)), seed: seed)
      return (0..<20).map { _ in sampler.next() }
    }
    #expect(draw(1) == draw(1))
    #expect(draw(1) != draw(2))
  }

  @Test("half of the log-normal draws are under the median, none over the cap")
  func distribution() {
    var sampler = LatencySampler(
      .logNormal(median: .seconds(1), sigma: 1, cap: .seconds(3)), seed: 7)
    let draws = (0..<2_000).map { _ in sampler.next() }
    let under = draws.count { $0 < .seconds(1) }
    #expect((900...1_100).contains(under))
    #expect(draws.allSatisfy { $0 > .zero && $0 <= .seconds(3) })
    #expect(draws.contains(.seconds(3)))
  }
}
