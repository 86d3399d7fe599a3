import Testing

@testable import CapacityPlan

@Suite("The formulae agree with a simulation")
struct PlanSimulationTests {
  struct Case: CustomTestStringConvertible {
    let binds: Constraint
    let sample: Sample

    var testDescription: String { "where \(binds.rawValue) binds" }
  }

  /// Each asks for about half again as much as its constraint carries.
  static let cases: [Case] = [
    Case(
      binds: .requests,
      sample: Sample(skew: .zipf(exponent: 1, keys: 20_000), requests: 2_400, inFlight: 10)),
    Case(
      binds: .tokens,
      sample: Sample(skew: .zipf(exponent: 1, keys: 20_000), tokens: 2_400_000, inFlight: 10)),
    Case(binds: .inFlight, sample: Sample(inFlight: 3)),
    Case(binds: .cpu, sample: Sample(inFlight: 20, cpu: (100, 5))),
    Case(
      binds: .partitions,
      sample: Sample(skew: .zipf(exponent: 0, keys: 8_000), inFlightPerPartition: 1, workers: 16)),
    Case(
      binds: .keySkew,
      sample: Sample(
        searches: 400, skew: .zipf(exponent: 1.2, keys: 2_000), acknowledgement: 0.02)),
    Case(
      binds: .keySkew,
      sample: Sample(
        searches: 800, skew: .zipf(exponent: 2, keys: 2_000), cpu: (1, 3), workers: 16)),
  ].map { item in
    // So that waiting inside a worker is short against freshness, as it is in any fleet.
    Case(binds: item.binds, sample: item.sample.with { $0.buffer = 40 })
  }

  @Test("of what is done, within 5 %, in all that a search can be bound by", arguments: cases)
  func agrees(_ item: Case) throws {
    let input = try item.sample.input()
    let plan = Plan(input)
    #expect(plan.binding.constraint == item.binds)
    #expect(!plan.isMet)
    let simulated = try simulate(input, plan, warmUp: 450, length: 300, .empty)
    #expect(error(plan.atPeak.searches, simulated.searches) < 0.05)
    #expect(error(plan.atPeak.calls, simulated.calls) < 0.05)
    #expect(simulated.waiting > 500)
  }

  @Test("of what a constraint carries: all of a little less, not all of more", arguments: cases)
  func carries(_ item: Case) throws {
    let carried = Plan(try item.sample.input()).binding.carries
    for (part, keepsUp) in [(0.9, true), (1.25, false)] {
      let input = try item.sample.with { $0.searches = carried * part }.input()
      let plan = Plan(input)
      #expect(plan.isMet == keepsUp)
      let simulated = try simulate(input, plan, warmUp: 120, length: 120)
      #expect((simulated.waiting < 300) == keepsUp, "\(simulated.waiting) wait at \(part)")
    }
  }

  static let free: [Sample] = [
    Sample(),
    Sample(newKeys: 0.1),
    Sample(noAnswer: 0.3),
    Sample(changed: 0.4),
    Sample(skew: .zipf(exponent: 0, keys: 500), freshFor: 2),
    Sample(skew: .weights([50, 1, 1, 30, 5, 5, 5, 0.5])),
    Sample(latency: (3, 3), workers: 1, partitions: 1),
  ]

  @Test("of calls, within 5 %, from an empty cache on", arguments: free.indices)
  func calls(_ index: Int) throws {
    let input = try Self.free[index].input()
    let plan = Plan(input)
    let simulated = try simulate(input, plan, warmUp: 300, length: 300, .empty)
    #expect(error(plan.atPeak.calls, simulated.calls) < 0.05)
    #expect(error(plan.atPeak.searches, simulated.searches) < 0.02)
    #expect(abs(plan.atPeak.processorsUsed - simulated.processorsUsed) < 0.01)
  }

  @Test("of money: a month's budget is spent at the rate that it carries")
  func budget() throws {
    let sample = Sample(budget: 60_000)
    let plan = Plan(try sample.input())
    #expect(plan.binding.constraint == .budget)
    let input = try sample.with { $0.searches = plan.binding.carries }.input()
    let simulated = try simulate(input, Plan(input), warmUp: 60, length: 240)
    #expect(error(simulated.calls * input.call.cost * FleetModel.month, 60_000) < 0.05)
  }

  @Test("of the store: what is there in the end, within 5 %")
  func store() throws {
    let input = try Sample(
      searches: 1_000, skew: .zipf(exponent: 1, keys: 20_000), freshFor: 5, expiresAfter: 15
    ).input()
    let plan = Plan(input)
    let simulated = try simulate(input, plan, warmUp: 30, length: 60, .empty)
    #expect(
      error(plan.storedHighlights, Double(simulated.storedHighlights)) < 0.05,
      "\(plan.storedHighlights) planned, \(simulated.storedHighlights) simulated")
    #expect(plan.storedHighlights < 10_000)
  }

  @Test("whether a run begins empty or as if it had run for long")
  func settled() throws {
    let input = try Sample().input()
    let empty = try simulate(input, Plan(input), warmUp: 300, length: 300, .empty)
    let settled = try simulate(input, Plan(input), warmUp: 0, length: 240)
    #expect(error(settled.calls, empty.calls) < 0.05)
    let cold = try simulate(input, Plan(input), warmUp: 0, length: 5, .empty)
    #expect(cold.calls > 1.5 * settled.calls)
  }

  @Test("repeats a run of the same seed, and not of another")
  func seeds() throws {
    let input = try Sample().input()
    let run = { try PlanSimulation(input, workers: 4, partitions: 16, length: 5, seed: $0).run() }
    #expect(try run(1) == run(1))
    #expect(try run(1) != run(2))
  }

  @Test("at 10,000 searches a second and 1,000 workers")
  func large() throws {
    let input = try Sample(
      searches: 10_000, skew: .zipf(exponent: 0.8, keys: 1_000_000), freshFor: 3_600,
      latency: (2, 8), inFlight: 64, cpu: (1, 0.2), acknowledgement: 0.01, workers: 1_000,
      partitions: 2_000
    ).input()
    let fleet = FleetModel(input, workers: 1_000, partitions: 2_000)
    let predicted = fleet.prediction(at: 10_000)
    let simulated = try PlanSimulation(
      input, workers: 1_000, partitions: 2_000, warmUp: 5, length: 10
    ).run()
    #expect(error(predicted.searches, simulated.searches) < 0.05)
    #expect(error(predicted.calls, simulated.calls) < 0.05)
    #expect(simulated.ended > 140_000)
  }

  private func simulate(
    _ input: PlanInput, _ plan: Plan, warmUp: Double, length: Double,
    _ start: PlanSimulation.Start = .settled
  ) throws -> PlanSimulation.Result {
    try PlanSimulation(
      input, workers: plan.workers, partitions: plan.partitions, start: start, warmUp: warmUp,
      length: length
    ).run()
  }
}
