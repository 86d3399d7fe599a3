import Testing

@testable import CapacityPlan

@Suite("A plan")
struct PlanTests {
  @Test("has as many workers and partitions as its target takes, and no more")
  func chooses() throws {
    let sample = Sample(
      searches: 2_000, peakFactor: 2, freshFor: 5, inFlight: 64, inFlightPerPartition: 32,
      cpu: (1, 0.2), acknowledgement: 0.001, workers: nil, partitions: nil)
    let plan = Plan(try sample.input())
    #expect(plan.isMet)
    #expect(plan.workers >= 2)
    #expect(plan.workers * 2 <= plan.partitions)
    #expect(plan.memory == Double(plan.workers) * 300)
    // It is planned to use 70 % of what it has; a fleet of two thirds is too small for that.
    let fewer = Plan(
      try sample.with {
        $0.workers = plan.workers * 2 / 3
        $0.partitions = plan.partitions
      }.input())
    #expect(max(fewer.atPeak.placesUsed, fewer.atPeak.processorsUsed) > 0.7)
  }

  @Test("doubles partitions until none has more than it may")
  func partitions() throws {
    let plan = Plan(
      try Sample(
        skew: .zipf(exponent: 0, keys: 2_000), freshFor: 0, inFlightPerPartition: 4, workers: nil,
        partitions: nil
      ).input())
    #expect(plan.partitions > 12)
    #expect(plan.isMet)
  }

  @Test("does not chase a key that no number of partitions helps")
  func hotKey() throws {
    let plan = Plan(
      try Sample(
        searches: 5_000, skew: .zipf(exponent: 3, keys: 100), acknowledgement: 0.02, workers: nil,
        partitions: nil
      ).input())
    #expect(plan.binding.constraint == .keySkew)
    #expect(!plan.isMet)
    #expect(plan.partitions <= 48)
    #expect(plan.hottestKeyShare > 0.8)
  }

  @Test("spends for calls and counts the rest as saved")
  func money() throws {
    let input = try Sample().input()
    let plan = Plan(input)
    #expect(error(plan.monthlySpend, plan.callsPerSecond * 0.0016 * 2_629_800) < 1e-9)
    #expect(
      error(plan.monthlySpend + plan.monthlySaving, 300 * 0.0016 * 2_629_800) < 1e-9)
    #expect(error(plan.savedShare, 1 - plan.callsPerSecond / 300) < 1e-9)
  }

  @Test("asks for more at the busiest time, and for money on average")
  func peak() throws {
    let once = Plan(try Sample(requests: 2_000, budget: 60_000).input())
    let twice = Plan(try Sample(peakFactor: 2, requests: 2_000, budget: 60_000).input())
    func carries(_ plan: Plan, _ constraint: Constraint) -> Double? {
      plan.bounds.first { $0.constraint == constraint }?.carries
    }
    #expect(carries(once, .budget) == carries(twice, .budget))
    let (all, half) = (carries(once, .requests) ?? 0, carries(twice, .requests) ?? 0)
    #expect(error(half * 2, all) < 0.001)
    #expect(twice.monthlySpend == once.monthlySpend)
    #expect(twice.peakCallsPerSecond > twice.callsPerSecond)
  }

  @Test("has every constraint once, least first")
  func bounds() throws {
    let bounds = Plan(try Sample(requests: 2_000, tokens: 1e6).input()).bounds
    #expect(Set(bounds.map(\.constraint)).count == Constraint.allCases.count)
    #expect(bounds.map(\.carries) == bounds.map(\.carries).sorted())
    #expect(bounds.last?.carries == .infinity)
  }

  @Test("leaves workers beyond the partitions idle")
  func idle() throws {
    let input = try Sample(workers: 40, partitions: 8).input()
    let fleet = FleetModel(input, workers: 40, partitions: 8)
    #expect(fleet.owners == 8)
    #expect((0..<8).allSatisfy { fleet.owned(by: $0) == $0..<($0 + 1) })
    let uneven = FleetModel(input, workers: 3, partitions: 8)
    #expect((0..<3).flatMap { uneven.owned(by: $0) } == Array(0..<8))
  }

  static let wrong: [(Sample, String)] = [
    (Sample(searches: 0), "searches-per-second is 0.0; allowed: 0.001 to 10000000"),
    (Sample(searches: .nan), "searches-per-second is nan; allowed: 0.001 to 10000000"),
    (Sample(peakFactor: 0.5), "peak-factor is 0.5; allowed: 1 to 1000"),
    (Sample(skew: .zipf(exponent: -1, keys: 5)), "zipf is -1.0; allowed: 0 to 5"),
    (Sample(skew: .zipf(exponent: 1, keys: 0)), "keys is 0; allowed: 1 to 1000000000"),
    (Sample(skew: .weights([1, 0])), "weights is 0.0; allowed: numbers above 0"),
    (Sample(skew: .weights([])), "weights is 0; allowed: 1 to 20000000"),
    (Sample(newKeys: 1.5), "new-keys is 1.5; allowed: 0 to 1"),
    (
      Sample(expiresAfter: 10),
      "expires-after is 10.0; allowed: at least fresh-for and no-answer-fresh-for"
    ),
    (Sample(latency: (2, 1)), "latency-p99 is 1.0; allowed: at least latency-p50"),
    (Sample(requests: 0), "requests-per-minute is 0.0; allowed: 1 to 1000000000000"),
    (Sample(inFlight: 0), "in-flight is 0; allowed: 1 to 1000000"),
    (Sample(workers: 0), "workers is 0; allowed: 1 to 20000"),
    (Sample(partitions: 30_000), "partitions is 30000; allowed: 1 to 20000"),
    (Sample(budget: -1), "budget is -1.0; allowed: 0.01 to 1000000000000"),
  ]

  @Test("is made of no wrong figure", arguments: wrong.indices)
  func refuses(_ index: Int) {
    let error = #expect(throws: PlanInputError.self) { try Self.wrong[index].0.input() }
    #expect(error?.description == Self.wrong[index].1)
  }

  @Test("simulates no more keys than fit into memory")
  func tooMany() throws {
    let input = try Sample(skew: .zipf(exponent: 1, keys: 30_000_000)).input()
    #expect(throws: PlanInputError.self) {
      try PlanSimulation(input, workers: 4, partitions: 16)
    }
    #expect(Plan(input).callsPerSecond > 0)
  }
}
