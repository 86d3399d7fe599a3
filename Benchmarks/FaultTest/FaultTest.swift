import ArgumentParser
import BenchmarkSupport
import Kafka
import WorkerScenarios

/// `make test-faults`: a worker and what may befall it, in full length.
@main
struct FaultTest: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Restarts, slow and stuck calls, revocation under load, an outage: what they cost.")

  enum Scenario: String, CaseIterable, ExpressibleByArgument { case rolling, slow, revoke, outage }

  @Argument(help: "Which; all without it.")
  var scenario: Scenario?

  private static let limit = Duration.seconds(900)

  func run() async throws {
    StandardOutput.flushEachLine()
    try await BoundedRun.run(limit: Self.limit) { [scenario] in
      var figures: [Figure] = []
      for scenario in scenario.map({ [$0] }) ?? Scenario.allCases {
        print(scenario.rawValue)
        switch scenario {
        case .rolling:
          figures += try await rolling(.range, "eager")
          figures += try await rolling(.cooperativeSticky, "cooperative")
        case .slow: figures += try await slow()
        case .revoke: figures += try await revoke()
        case .outage: figures += try await outage()
        }
      }
      try Figure.report(figures)
    }
  }
}

private func rolling(
  _ assignor: KafkaConsumerConfiguration.Assignor, _ name: String
) async throws -> [Figure] {
  var restart = RollingRestart()
  restart.assignor = assignor
  let ledger = try await restart.run()
  print("\(name): \(ledger)")
  return [
    Figure("rolling_\(name)_lost", Double(ledger.lost), .exactly(0)),
    Figure("rolling_\(name)_back_in_time", Double(ledger.backInTime), .exactly(0)),
    Figure("rolling_\(name)_gaps", Double(ledger.gaps), .exactly(0)),
    Figure("rolling_\(name)_repeated", Double(ledger.repeated)),
    Figure("rolling_\(name)_lives", Double(ledger.lives), .atLeast(Double(restart.workers * 2))),
    // A ledger that asserted nothing proves nothing.
    Figure(
      "rolling_\(name)_comparisons", Double(ledger.comparisons),
      .atLeast(Double(restart.messages - restart.keys))),
  ]
}

private func slow() async throws -> [Figure] {
  let outcome = try await SlowAndStuck().run()
  print("\(outcome)")
  let calm = outcome.calmWait / .milliseconds(1)
  let disturbed = outcome.disturbedWait / .milliseconds(1)
  return [
    Figure("slow_lost", Double(outcome.lost), .exactly(0)),
    Figure("slow_calls", Double(outcome.slowCalls), .atLeast(10)),
    Figure("slow_p99_wait_ms_without", calm),
    Figure("slow_p99_wait_ms", disturbed, .atMost(max(calm * 1.1, calm + 50))),
    Figure("stuck_tries", Double(outcome.triesOfStuck), .atLeast(2)),
    Figure("stuck_completed_by_timeout", outcome.stuckWasCompleted ? 1 : 0, .exactly(0)),
  ]
}

private func revoke() async throws -> [Figure] {
  let scenario = RevokeUnderLoad()
  var outcome = try await scenario.run()
  print("\(outcome)")
  for _ in 0..<3 where outcome.wasDisturbed {
    print("the broker threw the second worker out of its first rebalance; once more")
    outcome = try await scenario.run()
    print("\(outcome)")
  }
  return [
    Figure("revoke_disturbed", outcome.wasDisturbed ? 1 : 0, .exactly(0)),
    Figure("revoke_partitions_lost", Double(outcome.partitionsLost), .exactly(0)),
    Figure(
      "revoke_in_flight", Double(outcome.inFlightAtRevoke), .atLeast(Double(scenario.calls / 2))),
    Figure("revoke_moved", Double(outcome.moved), .exactly(6)),
    Figure("revoke_calls_thrown_away", Double(outcome.callsThrownAway), .exactly(0)),
    Figure("revoke_calls_repeated", Double(outcome.callsRepeated), .exactly(0)),
    Figure("revoke_published_twice", Double(outcome.publishedTwice), .exactly(0)),
    Figure("revoke_lost", Double(outcome.lost), .exactly(0)),
  ]
}

private func outage() async throws -> [Figure] {
  let scenario = Outage()
  let outcome = try await scenario.run()
  print("\(outcome)")
  return [
    Figure("outage_unanswered", Double(outcome.unanswered), .exactly(0)),
    Figure("outage_dead", Double(outcome.dead), .exactly(0)),
    Figure("outage_random_failures", Double(outcome.randomFailures), .above(0)),
    Figure(
      "outage_most_attempts", Double(outcome.mostAttempts), .atMost(Double(scenario.attempts))),
    Figure("outage_held", Double(outcome.held), .above(0)),
    Figure(
      "outage_calls_per_held", Double(outcome.callsDuringOutage) / Double(outcome.held),
      .atMost(1.1)),
    Figure("outage_recovery_s", outcome.recovery / .seconds(1), .atMost(10)),
  ]
}
