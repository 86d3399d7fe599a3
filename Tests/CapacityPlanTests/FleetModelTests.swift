import Foundation
import Testing

@testable import CapacityPlan

@Suite("What keys make of searches")
struct FleetModelTests {
  @Test("is the sum over keys, however they are grouped and spread over partitions")
  func sums() throws {
    let input = try Sample(skew: .zipf(exponent: 0.9, keys: 50_000), freshFor: 600).input()
    let weights = (1...50_000).map { pow(Double($0), -0.9) }
    let total = weights.reduce(0, +)
    let expected = weights.reduce(0.0) { sum, weight in
      let rate = 300 * weight / total
      return sum + rate / (1 + rate * (600 + input.call.meanLatency))
    }
    for partitions in [1, 16, 300] {
      let work = FleetModel(input, workers: 1, partitions: partitions).work(at: 300)
      #expect(error(work.calls, expected) < 0.001)
      #expect(error(work.searches, 300) < 1e-9)
    }
    let counted = try Sample(skew: .weights(weights.shuffled()), freshFor: 600).input()
    #expect(
      error(FleetModel(counted, workers: 1, partitions: 1).work(at: 300).calls, expected) < 0.001)
  }

  @Test(
    "is each search's call without freshness, and one call each fresh_for for keys searched often")
  func extremes() throws {
    let never = try Sample(freshFor: 0, latency: (1e-4, 1e-4)).input()
    #expect(error(FleetModel(never, workers: 1, partitions: 1).work(at: 300).calls, 300) < 0.02)
    let often = try Sample(skew: .zipf(exponent: 0, keys: 10), freshFor: 100).input()
    #expect(error(FleetModel(often, workers: 1, partitions: 1).work(at: 1e6).calls, 0.1) < 0.02)
  }

  @Test("never exceeds what the fleet has, and is all that is asked for while that lasts")
  func bounds() throws {
    for (index, item) in PlanSimulationTests.cases.enumerated() {
      let input = try item.sample.input()
      let fleet = FleetModel(
        input, workers: item.sample.workers ?? 1, partitions: item.sample.partitions ?? 1)
      let carried = try #require(fleet.bounds().first).carries
      #expect(fleet.prediction(at: carried * 0.99).lagGrowth < 0.01 * carried, "case \(index)")
      let over = fleet.prediction(at: carried * 3)
      #expect(over.searches < carried * 2.9, "case \(index)")
      for used in [over.placesUsed, over.processorsUsed, over.limitUsed] {
        #expect(used < 1.000_1, "case \(index)")
      }
    }
  }

  @Test("is drawn as often as it is searched for")
  func sampling() {
    let popularity = KeyPopularity(.zipf(exponent: 1.1, keys: 5_000))
    let sampler = KeySampler(popularity)
    var random = SimulationRandom(seed: 7)
    var counts = [Int](repeating: 0, count: 5_000)
    for _ in 0..<200_000 { counts[sampler.draw(&random)] += 1 }
    let shares = popularity.runs.flatMap { run in [Double](repeating: run.share, count: run.count) }
    #expect(shares.count == 5_000)
    #expect(error(shares.reduce(0, +), 1) < 1e-9)
    for rank in 0..<20 {
      #expect(error(Double(counts[rank]), shares[rank] * 200_000) < 0.1)
    }
    let tail = shares[1_000...].reduce(0, +)
    #expect(error(Double(counts[1_000...].reduce(0, +)), tail * 200_000) < 0.03)
  }

  @Test("comes to events in the order of their times")
  func heap() {
    var random = SimulationRandom(seed: 3)
    var heap = EventHeap(capacity: 1)
    var times: [Double] = []
    var popped: [Double] = []
    for _ in 0..<2_000 {
      if random.unit() < 0.6 {
        let time = (popped.last ?? 0) + random.unit()
        times.append(time)
        heap.push(.init(time: time, key: 0, partition: 0, kind: .ended, path: .called))
      } else if let event = heap.pop() {
        popped.append(event.time)
      }
    }
    while let event = heap.pop() { popped.append(event.time) }
    #expect(popped == times.sorted())
  }
}
