import TestSupport
import Testing
import WorkerRuntime

@Suite("Worker core: against its model")
struct WorkerCorePropertyTests {
  private static let rounds = 180
  private static let steps = 2_000

  @Test("it agrees with its model through 360,000 random events", arguments: Ordering.allCases)
  func agreesWithModel(ordering: Ordering) throws {
    print("WorkerCore, ordering \(ordering): SEED=\(SeededGenerator.seed)")
    var seeds = SeededGenerator(seed: SeededGenerator.seed)
    var events: [WorkerCoreSimulation.Event: Int] = [:]
    for round in 0..<Self.rounds {
      var simulation = try WorkerCoreSimulation(
        ordering: ordering, random: SeededGenerator(seed: seeds.next()))
      var step = 0
      do {
        while step < Self.steps {
          try simulation.step()
          step += 1
        }
        try simulation.finish()
      } catch {
        Issue.record(
          "SEED=\(SeededGenerator.seed) round \(round) step \(step): \(error.message)")
        return
      }
      events.merge(simulation.events, uniquingKeysWith: +)
    }
    let counts = Dictionary(uniqueKeysWithValues: events.map { ($0.key.rawValue, $0.value) })
    print("WorkerCore, ordering \(ordering): \(counts)")
    // Only whole partitions in order make batches; only other orders complete above the watermark.
    // Keys are gated only where they order.
    let impossible: [WorkerCoreSimulation.Event] =
      switch ordering {
      case .partition: [.known, .gated]
      case .key: [.batch]
      case .none: [.batch, .gated]
      }
    // The rarest event comes some 150 times, give or take 15: a bound near that would fail by chance.
    for event in WorkerCoreSimulation.Event.allCases where !impossible.contains(event) {
      #expect(events[event, default: 0] > 20, "\(event) was hardly tried")
    }
  }
}
