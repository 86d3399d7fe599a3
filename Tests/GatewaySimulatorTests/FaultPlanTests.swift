import Testing

@testable import GatewaySimulator

@Suite("Fault plan")
struct FaultPlanTests {
  @Test("faults come as often as told, and a seed draws the same ones again")
  func rates() {
    func draw() -> [SimulatedFault?] {
      var plan = FaultPlan([.reset: 0.1, .status(503): 0.3], seed: 5)
      return (0..<5_000).map { _ in plan.draw() }
    }
    let faults = draw()
    #expect((400...600).contains(faults.count { $0 == .reset }))
    #expect((1_350...1_650).contains(faults.count { $0 == .status(503) }))
    #expect(faults == draw())
  }

  @Test("an outage is on from its begin up to, and without, its end")
  func outages() {
    var plan = FaultPlan([:], seed: 0)
    plan.outages = [Outage(begin: .seconds(10), end: .seconds(70), fault: .stall)]
    #expect(plan.outage(at: .seconds(9.999)) == nil)
    #expect(plan.outage(at: .seconds(10))?.fault == .stall)
    #expect(plan.stall(at: .milliseconds(69_950)) == .milliseconds(50))
    #expect(plan.outage(at: .seconds(70)) == nil)
    #expect(plan.stall(at: .seconds(70)) == nil)
  }

  @Test("every fault has a name that names it")
  func names() {
    for name in SimulatedFault.names.split(separator: ", ") where name != "500 to 599" {
      #expect(SimulatedFault(name: String(name))?.name == String(name))
    }
    #expect(SimulatedFault(name: "404") == nil)
  }
}
