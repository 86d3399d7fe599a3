import HighlightsProtocol
import SwiftProtobuf
import Testing

@testable import HighlightsCommand
@testable import KafkaWorker
@testable import LLMGateway

@Suite("A worker's status")
struct FleetStatusTests {
  private static let start = UnixTime(milliseconds: 1_800_000_000_000)
  private static let bounds = FleetBounds(
    queries: "queries", inFlight: 10, inFlightPerPartition: 6)

  private static func partition(
    _ state: WorkerReport.State, topic: String = "queries", reason: String? = nil,
    inFlight: Int = 0, buffered: Int = 0, waiting: Int = 0
  ) -> WorkerReport.Partition {
    .init(
      topic: topic, partition: 3, state: state, reason: reason, oldestUnfinished: 7,
      ageSeconds: 1.5, inFlight: inFlight, buffered: buffered, waiting: waiting)
  }

  private static func report(_ partitions: [WorkerReport.Partition]) -> WorkerReport {
    .init(
      partitions: partitions, inFlight: partitions.reduce(0) { $0 + $1.inFlight },
      abandonedHandlers: 0, held: nil, suspended: false)
  }

  private static func gate(
    waiting: Int = 0, inFlight: Int = 0, concurrency: Int = 8, closedFor: Duration? = nil,
    used: Int = 0, pausedUntil: WallTime? = nil
  ) -> CallGateState {
    .init(
      waiting: waiting, inFlight: inFlight, concurrencyLimit: concurrency, closedFor: closedFor,
      limits: .init(
        share: 0.5, interactiveWaiting: waiting, backfillWaiting: 0,
        limits: [
          .init(dimension: .requests, limit: 200, rate: 100, used: used, level: 0),
          .init(dimension: .inputTokens, limit: 9_000, rate: 4_500, used: 1_000, level: 12),
        ], scale: 1, pausedUntil: pausedUntil))
  }

  private static func binding(
    _ partitions: [WorkerReport.Partition], _ gates: CallGateState..., age: Duration = .seconds(600)
  ) -> FleetBinding {
    FleetBinding.of(
      FleetFigures(report: report(partitions), gateways: gates.map { ("d", $0) }), bounds, age: age)
  }

  // MARK: Binding

  @Test("nothing waits for room: what comes is done")
  func load() {
    #expect(Self.binding([]) == .load)
    #expect(Self.binding([Self.partition(.idle)], Self.gate()) == .load)
    #expect(Self.binding([Self.partition(.calling, inFlight: 6)], Self.gate(inFlight: 6)) == .load)
    #expect(
      Self.binding([Self.partition(.calling, inFlight: 1, buffered: 5)], Self.gate()) == .load,
      "they wait for a message of their key")
    #expect(
      Self.binding([Self.partition(.calling)], Self.gate(waiting: 1, used: 89)) == .load,
      "a turn that comes soon")
  }

  @Test("messages wait while as many as may be are with handlers, in all or of a partition")
  func inFlight() {
    let calling = Self.partition(.calling, inFlight: 5)
    #expect(
      Self.binding([calling, Self.partition(.calling, inFlight: 5, buffered: 1)]) == .inFlight)
    #expect(Self.binding([Self.partition(.calling, inFlight: 6, buffered: 1)]) == .inFlight)
    #expect(
      Self.binding([Self.partition(.calling, inFlight: 6), Self.partition(.queued, buffered: 1)])
        == .load, "the one has room, the other has nothing waiting")
  }

  @Test(
    "calls wait where the deployment bears no more at once; a limit that is used up comes before")
  func calls() {
    let full = [Self.partition(.calling, inFlight: 10, buffered: 4)]
    #expect(Self.binding(full, Self.gate(waiting: 2, inFlight: 8)) == .concurrency)
    #expect(Self.binding(full, Self.gate(waiting: 2, inFlight: 8, used: 90)) == .limit)
    #expect(Self.binding(full, Self.gate(waiting: 0, inFlight: 8, used: 99)) == .inFlight)
    #expect(
      Self.binding(full, Self.gate(waiting: 2, pausedUntil: WallTime(nanoseconds: 1))) == .limit)
    #expect(
      Self.binding(full, Self.gate(waiting: 2, used: 45), age: .seconds(30)) == .limit,
      "in half a minute no more than half could be used")
    #expect(Self.binding(full, Self.gate(waiting: 2, used: 45)) == .inFlight)
  }

  @Test("a shared cause comes before all that it makes wait")
  func held() {
    func binding(_ reason: String, _ gate: CallGateState = Self.gate()) -> FleetBinding {
      Self.binding([Self.partition(.held, reason: reason, inFlight: 10, buffered: 9)], gate)
    }
    #expect(binding("budget_spent") == .budget)
    #expect(binding("budget_spent", Self.gate(closedFor: .seconds(1))) == .budget)
    #expect(binding("circuit_open") == .gateway)
    #expect(binding("authentication") == .gateway)
    #expect(binding("rate_limited") == .limit)
    #expect(binding("rate_limited", Self.gate(closedFor: .seconds(1))) == .gateway)
    #expect(binding("broker_unavailable") == .inFlight)
    let closed = Self.gate(closedFor: .seconds(1))
    #expect(Self.binding([], closed) == .gateway)
    #expect(Self.binding([], closed, Self.gate()) == .load, "another deployment stands in")
  }

  @Test(
    "a pause of new searches that wait comes first; of another lane only while nothing else runs")
  func paused() {
    let waiting = Self.partition(.paused, buffered: 1)
    let backfill = Self.partition(.paused, topic: "backfill", buffered: 1)
    #expect(Self.binding([waiting], Self.gate(closedFor: .seconds(1))) == .paused)
    #expect(Self.binding([Self.partition(.paused)], Self.gate()) == .load, "nothing waits there")
    #expect(Self.binding([Self.partition(.idle), backfill], Self.gate()) == .paused)
    #expect(Self.binding([Self.partition(.calling, inFlight: 1), backfill], Self.gate()) == .load)
  }

  // MARK: The message

  private static func writer() -> StatusWriter {
    StatusWriter(.init(worker: "host/1/2", role: "summarize", startedAt: start), bounds)
  }

  @Test("a status says all that its worker, gateways and budget say")
  func status() throws {
    var writer = Self.writer()
    let now = Self.start.advanced(byMilliseconds: 600_000)
    let status = writer.status(
      of: FleetFigures(
        report: Self.report([
          Self.partition(.held, reason: "budget_spent", inFlight: 2, buffered: 3, waiting: 4)
        ]),
        gateways: [("gateway", Self.gate(used: 60))],
        budget: .init(
          period: "day", spent: 70, limit: 90, currency: "USD",
          end: Self.start.advanced(byMilliseconds: 900_000))),
      at: now)
    #expect(status.worker == "host/1/2" && status.role == "summarize")
    #expect(UnixTime(status.sentAt) == now && UnixTime(status.startedAt) == Self.start)
    #expect(status.inFlight == 2 && status.inFlightBound == 10)
    let partition = try #require(status.partitions.first)
    #expect(partition.topic == "queries" && partition.partition == 3 && partition.state == "held")
    #expect(partition.reason == "budget_spent" && partition.inFlight == 2)
    #expect(partition.lag == 9, "in flight, buffered and not due")
    #expect(partition.oldestWait.seconds == 1 && partition.oldestWait.nanos == 500_000_000)
    #expect(status.limits.map(\.dimension) == ["requests", "input_tokens"])
    #expect(status.limits.map(\.allowed) == [100, 4_500])
    #expect(status.limits.map(\.used) == [60, 1_000])
    #expect(status.limits.map(\.deployment) == ["gateway", "gateway"])
    #expect(status.budget.period == "day" && status.budget.currency == "USD")
    #expect(status.budget.spentMicros == 70 && status.budget.limitMicros == 90)
    #expect(status.holds.map(\.topic) == ["queries"])
    #expect(UnixTime(status.holds[0].until) == Self.start.advanced(byMilliseconds: 900_000))
    #expect(status.binding == "budget")
  }

  @Test("a hold is told with when it began, one a topic and reason, and ends when it is over")
  func holds() throws {
    var writer = Self.writer()
    func holds(_ reasons: [String], after seconds: Int64) -> [HoldStatus] {
      writer.status(
        of: FleetFigures(
          report: Self.report(reasons.map { Self.partition(.held, reason: $0) }),
          gateways: [("d", Self.gate(closedFor: .seconds(3)))]),
        at: Self.start.advanced(byMilliseconds: seconds * 1_000)
      ).holds
    }
    #expect(holds(["circuit_open", "circuit_open"], after: 0).count == 1)
    let later = holds(["circuit_open", "unreachable"], after: 5)
    #expect(later.map(\.reason) == ["circuit_open", "unreachable"])
    #expect(later.map { UnixTime($0.since).milliseconds - Self.start.milliseconds } == [0, 5_000])
    #expect(
      later.map { UnixTime($0.until).milliseconds - Self.start.milliseconds } == [8_000, 8_000])
    #expect(holds([], after: 10).isEmpty)
    let again = holds(["circuit_open"], after: 15)
    #expect(again.map { UnixTime($0.since).milliseconds - Self.start.milliseconds } == [15_000])
  }

  @Test("a role without gateway and budget has neither")
  func plain() {
    var writer = Self.writer()
    let status = writer.status(of: FleetFigures(report: Self.report([])), at: Self.start)
    #expect(status.limits.isEmpty && !status.hasBudget && status.holds.isEmpty)
    #expect(status.binding == "load")
  }

  @Test("a process is named by its host, number and start")
  func names() {
    let one = StatusWriter.Identity.process(role: "cache", startedAt: Self.start)
    let two = StatusWriter.Identity.process(
      role: "cache", startedAt: Self.start.advanced(byMilliseconds: 1_000))
    #expect(one.worker.split(separator: "/").count == 3)
    #expect(one.worker != two.worker)
  }
}
