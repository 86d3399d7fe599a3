import KafkaWorker
import Testing

@testable import HighlightsCommand
@testable import LLMGateway

@Suite("Readiness of a worker")
struct WorkerReadinessTests {
  private func gate(closedFor: Duration?) -> CallGateState {
    CallGateState(
      waiting: 0, inFlight: 0, concurrencyLimit: 8, closedFor: closedFor,
      limits: .init(
        share: 1, interactiveWaiting: 0, backfillWaiting: 0, limits: [], scale: 1,
        pausedUntil: nil))
  }

  @Test("names what is missing: partitions, switches, a gateway that takes calls")
  func missing() {
    let readiness = WorkerReadiness()
    let open = ("a", gate(closedFor: nil))
    let closed = ("b", gate(closedFor: .seconds(3)))
    #expect(readiness.missing([open]).count == 2)
    // One that stands by is ready too.
    readiness.take(.assigned([]))
    #expect(readiness.missing([open]) == ["what operators switched has not been read"])
    readiness.heardSwitches()
    #expect(readiness.missing([open, closed]).isEmpty)
    #expect(readiness.missing([]).isEmpty)
    #expect(readiness.missing([closed]) == ["no deployment takes calls: the circuit is open of b"])
    readiness.take(.revoked([], lost: true))
    #expect(readiness.missing([open]).isEmpty)
  }
}
