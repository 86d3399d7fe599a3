import LimitSimulation
import TestSupport
import Testing

@Suite("Limits: a fleet on a virtual clock", .serialized)
struct LimitSimulationTests {
  @Test("it uses the limit and is not refused", arguments: LimitTable.quick)
  func meetsBars(row: LimitRow) async throws {
    let (use, missed) = try await onThreadOfItsOwn { try row.run() }
    print(use.tableLine)
    #expect(missed.isEmpty, "\(row): \(missed.joined(separator: "; "))")
  }

  @Test("one seed gives one result")
  func isDeterministic() throws {
    var scenario = FleetScenario(
      "once more", workers: 4, partitions: 12, requestsPerMinute: 120, tokensPerMinute: 100_000,
      input: 400, output: 200)
    scenario.unrestMinutes = 4
    let first = try FleetSimulation.run(scenario)
    let second = try FleetSimulation.run(scenario)
    #expect(first.tableLine == second.tableLine)
    #expect(first.admitted == second.admitted)
    scenario.seed += 1
    let other = try FleetSimulation.run(scenario)
    #expect(first.sendTimes != other.sendTimes)
    #expect(first.sendTimes == second.sendTimes)
  }
}
