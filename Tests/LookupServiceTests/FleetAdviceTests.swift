import HighlightsProtocol
import Testing

@testable import LookupService

@Suite("Fleet advice")
struct FleetAdviceTests {
  private func worker(
    _ name: String, _ binding: String, used: Double = 50, allowed: Double = 100
  ) -> FleetSnapshot.Worker {
    .init(
      name: name, role: "summarize", state: "here", heardSecondsAgo: 0, partitions: 1, inFlight: 1,
      inFlightBound: 1,
      limits: [.init(deployment: "d", dimension: "requests", allowed: allowed, used: used)],
      holds: [], binding: binding)
  }

  private func workers(_ bindings: [String]) -> [FleetSnapshot.Worker] {
    bindings.enumerated().map { worker("\($0.offset)", $0.element) }
  }

  @Test(
    "what all share is not raised by one more worker",
    arguments: ["paused", "budget", "gateway", "limit", "load"])
  func nothing(_ binding: String) {
    let advice = FleetAdvice.of(workers([binding, binding]), partitions: 12)
    #expect(advice.binding == binding)
    #expect(advice.oneMorePercent == 0)
    #expect(advice.at == 2 && advice.of == 2)
    #expect(advice.text.contains("bring nothing"))
  }

  @Test("where messages wait for room in workers, one more brings its even share")
  func share() {
    let advice = FleetAdvice.of(
      workers(["in_flight", "in_flight", "load", "load"]), partitions: 12)
    #expect(advice.binding == "in_flight")
    #expect(advice.at == 2 && advice.of == 4)
    #expect(advice.oneMorePercent == 25)
    #expect(
      advice.text
        == "Messages in flight bind at 2 of 4 workers. One more worker would bring up to 25 %.")
  }

  @Test("no more than the limits have room for, and nothing once they are used up")
  func limited() {
    func advice(used: Double) -> FleetSnapshot.Advice {
      FleetAdvice.of(
        [worker("a", "in_flight", used: used), worker("b", "in_flight", used: used)],
        partitions: 12)
    }
    #expect(advice(used: 0).oneMorePercent == 50)
    #expect(advice(used: 80).oneMorePercent == 25)
    #expect(advice(used: 100).oneMorePercent == 0)
    #expect(advice(used: 100).text.hasSuffix("the provider's limits are used up."))
  }

  @Test("with a worker for each partition another would have none")
  func noPartition() {
    let advice = FleetAdvice.of(workers(["in_flight", "in_flight"]), partitions: 2)
    #expect(advice.oneMorePercent == 0)
    #expect(advice.text.hasSuffix("every partition has a worker of its own."))
    #expect(FleetAdvice.of(workers(["in_flight"]), partitions: nil).oneMorePercent == 100)
  }

  @Test("what binds most workers that are bound counts; of as many the more urgent")
  func most() {
    func binding(_ bindings: [String]) -> String {
      FleetAdvice.of(workers(bindings), partitions: 12).binding
    }
    #expect(binding(["load", "load", "limit"]) == "limit")
    #expect(binding(["paused", "limit", "limit"]) == "limit")
    #expect(binding(["limit", "gateway"]) == "gateway")
    #expect(binding(["unknown", "unknown"]) == "load")
  }

  @Test("workers that are gone or write the store only are not asked")
  func whoCounts() {
    let start = HandClock.start
    var board = FleetBoard(queries: "queries", at: start)
    board.take(FleetBoardTests.status("gone", binding: "gateway"), at: start)
    let later = start.advanced(byMilliseconds: 61_000)
    board.take(FleetBoardTests.status("a", partitions: 0..<4, binding: "in_flight"), at: later)
    board.take(FleetBoardTests.status("c", binding: "paused") { $0.role = "cache" }, at: later)
    let advice = board.snapshot(at: later).advice
    #expect(advice.binding == "in_flight")
    #expect(advice.of == 1)
    #expect(advice.oneMorePercent == 100)
  }
}
