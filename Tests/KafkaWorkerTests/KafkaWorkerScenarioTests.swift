import Kafka
import TestSupport
import Testing
import WorkerScenarios

/// Short forms of `make test-faults`, without what depends on how busy the machine is.
@Suite(.serialized)
struct KafkaWorkerScenarioTests {
  @Test(
    "Workers restarted one after the other lose nothing, and no key's results go back in time",
    arguments: [KafkaConsumerConfiguration.Assignor.range, .cooperativeSticky])
  func rollingRestart(assignor: KafkaConsumerConfiguration.Assignor) async throws {
    var restart = RollingRestart()
    restart.workers = 2
    restart.messages = 2_000
    restart.assignor = assignor
    let ledger = try await restart.run()
    #expect(ledger.comparisons >= restart.messages - restart.keys, "it compared something")
    #expect(ledger.lives == restart.workers * 2, "\(ledger)")
    #expect(ledger.lost == 0)
    #expect(ledger.backInTime == 0)
    #expect(ledger.gaps == 0)
  }

  @Test("A call that never returns is tried again and does not complete; slow ones end")
  func slowAndStuck() async throws {
    var scenario = SlowAndStuck()
    scenario.messages = 1_000
    scenario.slow = .seconds(2)
    scenario.timeout = .seconds(4)
    let outcome = try await scenario.run()
    #expect(outcome.lost == 0)
    #expect(outcome.slowCalls == 2)
    #expect(outcome.triesOfStuck >= 2)
    #expect(!outcome.stuckWasCompleted)
  }

  @Test("A worker that loses partitions throws no call away and has none made twice")
  func revokeUnderLoad() async throws {
    var scenario = RevokeUnderLoad()
    scenario.calls = 100
    scenario.latency = .seconds(2)
    let outcome = try await scenario.run()
    #expect(outcome.moved == 6, "\(outcome)")
    #expect(outcome.lost == 0)
    #expect(outcome.callsThrownAway == 0)
    #expect(outcome.partitionsLost == 0)
    guard !outcome.wasDisturbed else { return }
    #expect(outcome.inFlightAtRevoke > 0)
    #expect(outcome.callsRepeated == 0, "\(outcome)")
    #expect(outcome.publishedTwice == 0)
  }

  @Test(
    "A gateway that fails and goes away leaves every message answered, with few calls meanwhile")
  func outage() async throws {
    var scenario = Outage()
    scenario.messages = 600
    scenario.inFlight = 100
    scenario.duration = .seconds(3)
    scenario.holdLimit = .seconds(1)
    let outcome = try await scenario.run()
    #expect(outcome.unanswered == 0)
    #expect(outcome.dead == 0)
    #expect(outcome.randomFailures > 50)
    #expect(outcome.held > 50)
    #expect(outcome.mostAttempts <= scenario.attempts)
    // One each for those in flight, and few to look whether it is back: without a gate it were thousands.
    #expect(outcome.callsDuringOutage <= outcome.held * 2)
  }
}
