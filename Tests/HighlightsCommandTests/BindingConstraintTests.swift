import Testing

@testable import HighlightsCommand
@testable import KafkaWorker
@testable import LLMGateway

@Suite("What binds a worker")
struct BindingConstraintTests {
  private static func partition(
    _ number: Int32, _ state: WorkerReport.State = .calling, inFlight: Int = 0, buffered: Int = 0,
    reason: String? = nil
  ) -> WorkerReport.Partition {
    .init(
      topic: "queries", partition: number, state: state, reason: reason, oldestUnfinished: 7,
      ageSeconds: 1, inFlight: inFlight, buffered: buffered, waiting: 0)
  }

  /// A worker with half of the limits and of the partitions.
  private static func figures(
    _ partitions: [WorkerReport.Partition], cpu: Double = 0.2, waiting: Int = 0, used: Int = 0,
    calls: Int = 4
  ) -> ScalingFigures {
    let gate = CallGateState(
      waiting: waiting, inFlight: calls, concurrencyLimit: 8, closedFor: nil,
      limits: .init(
        share: 0.5, interactiveWaiting: waiting, backfillWaiting: 0,
        limits: [.init(dimension: .requests, limit: 200, rate: 100, used: used, level: 0)],
        scale: 1, pausedUntil: nil))
    return ScalingFigures(
      fleet: FleetFigures(
        report: .init(
          partitions: partitions, inFlight: partitions.reduce(0) { $0 + $1.inFlight },
          abandonedHandlers: 0, held: nil, suspended: false),
        gateways: [("d", gate)]),
      bounds: FleetBounds(queries: "queries", inFlight: 20, inFlightPerPartition: 10),
      age: .seconds(600), cpu: cpu)
  }

  private func expect(
    _ figures: ScalingFigures, _ constraint: BindingConstraint, gain: Double,
    _ comment: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let found = BindingConstraint.of(figures)
    #expect(found == constraint, comment, sourceLocation: sourceLocation)
    #expect(found.gainOfOneMore(figures) == gain, comment, sourceLocation: sourceLocation)
  }

  @Test("nothing, where what comes is done")
  func idle() {
    expect(Self.figures([]), .none, gain: 0)
    expect(Self.figures([Self.partition(0, inFlight: 9)]), .none, gain: 0)
    expect(Self.figures([Self.partition(0, inFlight: 9)], cpu: 0.95), .none, gain: 0)
  }

  @Test("messages in flight, of which another worker would take its part, as far as limits allow")
  func inFlight() {
    let full = [0, 1].map { Self.partition($0, inFlight: 10, buffered: 50) }
    expect(Self.figures(full), .inFlight, gain: 0.5)
    expect(Self.figures(full, used: 80), .inFlight, gain: 0.25)
    expect(Self.figures(full, used: 200), .inFlight, gain: 0)
  }

  @Test("partitions, where there is none to hand over")
  func partitions() {
    expect(
      Self.figures([Self.partition(0, inFlight: 10, buffered: 50)]), .partitions, gain: 0)
  }

  @Test("the processors, where they have nothing left and messages wait")
  func cpu() {
    let full = [0, 1].map { Self.partition($0, inFlight: 10, buffered: 50) }
    expect(Self.figures(full, cpu: 0.95), .cpu, gain: 0.5)
    expect(Self.figures([full[0]], cpu: 0.95), .cpu, gain: 0, "another gets none of its work")
    let few = [0, 1].map { Self.partition($0, inFlight: 3, buffered: 1) }
    expect(Self.figures(few, cpu: 0.95), .cpu, gain: 0.5)
  }

  @Test("keys that many searches share, where there is room that they cannot use")
  func keySkew() {
    let hot = [Self.partition(0, inFlight: 1, buffered: 40), Self.partition(1, .idle)]
    expect(Self.figures(hot), .keySkew, gain: 0)
    expect(
      Self.figures([Self.partition(0, inFlight: 1, buffered: 8)]), .none, gain: 0,
      "a moment's wait")
    expect(
      Self.figures([Self.partition(0, inFlight: 10, buffered: 40)]), .partitions, gain: 0,
      "that one is full")
  }

  @Test("limits, budget, gateway and pauses, which all workers share")
  func shared() {
    let full = [0, 1].map { Self.partition($0, inFlight: 10, buffered: 50) }
    expect(Self.figures(full, waiting: 3, used: 95), .limit, gain: 0)
    func held(_ reason: String) -> ScalingFigures {
      Self.figures([Self.partition(0, .held, inFlight: 1, buffered: 40, reason: reason)])
    }
    expect(held("budget_spent"), .budget, gain: 0)
    expect(held("authentication"), .gateway, gain: 0)
    expect(Self.figures([Self.partition(0, .paused, buffered: 3)]), .paused, gain: 0)
  }

  @Test("calls at once, of which another worker would have its own")
  func concurrency() {
    let partitions = [0, 1].map { Self.partition($0, inFlight: 4) }
    expect(Self.figures(partitions, waiting: 5, calls: 8), .concurrency, gain: 0.5)
  }
}
