import ArgumentParser
import BenchmarkSupport
import Foundation
import Kafka
import TestSupport

/// A replay of a time window, killed three times and resumed, against what an own reading of the source says.
struct Exact: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "exact", abstract: "A killed and resumed replay publishes exactly what it should.")

  @Option(help: "Messages of the source.") var messages = 200_000
  @Option(help: "Distinct keys among them.") var keys = 20_000
  @Option(help: "Most messages published beyond what is recorded.") var batch = 2_000
  @Flag(help: "Publish in the order of traffic and staleness.") var traffic = false
  @Option(help: "Messages a second, so that it can be killed on the way.") var rate = 2_500

  private static let kills = [0.2, 0.5, 0.8]

  func run() async throws {
    StandardOutput.flushEachLine()
    try await BoundedRun.run(limit: .seconds(900)) {
      try await LoadBroker.run { broker in try await prove(broker) }
    }
  }

  private func prove(_ broker: LoadBroker) async throws {
    let now = Int64(Date().timeIntervalSince1970 * 1_000)
    var load = Messages(count: messages, keys: keys, valueSize: 64)
    load.newest = now
    load.oldestAge = .seconds(10 * 86_400)
    let window = now - 6 * 86_400_000..<now - 2 * 86_400_000
    try await broker.createTopics([
      ("control", 1), ("source", Messages.partitions), ("target", Messages.partitions),
      ("facts", Messages.partitions),
    ])
    try await broker.preload(messages) { load.message($0, topic: "source") }
    let expected = try await latest(broker, window)
    print("\(messages) messages, \(keys) keys; \(expected.count) keys in the window")

    let asked =
      [
        "swift", "--broker", broker.address, "--source", "source", "--target", "target", "--since",
        "\(window.lowerBound)", "--until", "\(window.upperBound)",
      ] + (traffic ? ["--traffic"] : [])
    let dry = try await LoadProcess.run(asked + ["--dry"]) {
      try LegResult(line: try await $0.line())
    }
    let job = try await killed(
      broker, asked + ["--rate", "\(rate)", "--batch", "\(batch)"], expected.count)
    let found = try await found(broker, expected)
    print(
      "replay \(job.job): \(found.distinct) keys published, \(found.messages) messages, dry run \(dry.published)"
    )
    let missing = expected.count - found.distinct
    let duplicates = found.messages - found.distinct
    try Figure.report([
      Figure(
        "wrong_or_missing",
        Double(found.wrong + missing + abs(dry.published - expected.count)), .exactly(0)),
      Figure(
        "duplicates_over_bound", Double(max(0, duplicates - Self.kills.count * batch)), .exactly(0)),
      Figure("duplicates", Double(duplicates)),
      Figure("dry_run_minus_real", Double(dry.published - found.distinct), .exactly(0)),
    ])
  }

  /// The latest value of each key inside the window, by its offset.
  private func latest(
    _ broker: LoadBroker, _ window: Range<Int64>
  ) async throws -> [[UInt8]: [UInt8]] {
    var latest: [[UInt8]: [UInt8]] = [:]
    var read = 0
    try await broker.read("source", partitions: Messages.partitions) { message in
      read += 1
      guard let time = message.timestamp, window.contains(time), let key = message.key else {
        return
      }
      latest[key] = message.value
    }
    guard read == messages else {
      throw BenchmarkError("\(read) of \(messages) messages were read")
    }
    return latest
  }

  /// Runs the replay, kills it at three points of its way and resumes it each time.
  private func killed(
    _ broker: LoadBroker, _ arguments: [String], _ total: Int
  ) async throws -> LegResult {
    var id: String?
    for part in Self.kills {
      let child = try LoadProcess(arguments + (id.map { ["--resume", $0] } ?? []))
      do {
        id = try await child.line()
        try await poll("\(Int(part * 100)) % to be published", limit: .seconds(120)) {
          if child.isGone { throw BenchmarkError("the replay ended before it was killed") }
          return try await broker.count("target", partitions: Messages.partitions)
            >= Int(Double(total) * part)
        }
      } catch {
        await child.kill()
        throw error
      }
      guard await child.kill() else { throw BenchmarkError("the replay had ended before its kill") }
      let count = try await broker.count("target", partitions: Messages.partitions)
      print("killed with \(count) messages published")
    }
    return try await LoadProcess.run(arguments + ["--resume", id ?? ""]) { child in
      _ = try await child.line()
      return try LegResult(line: try await child.line())
    }
  }

  /// What stands in the target, and how much of it should not.
  private func found(
    _ broker: LoadBroker, _ expected: [[UInt8]: [UInt8]]
  ) async throws -> (distinct: Int, messages: Int, wrong: Int) {
    var seen: Set<[UInt8]> = []
    var (count, wrong) = (0, 0)
    try await broker.read("target", partitions: Messages.partitions) { message in
      count += 1
      let headers = message.headers
      let isWhole =
        headers.text("replay_job") != nil && headers.text("force_refresh") == "true"
        && headers.text("variant") == "v2" && headers.text("ce_id")?.hasPrefix("search-") == true
      guard let key = message.key, let value = expected[key], message.value == value, isWhole else {
        wrong += 1
        return
      }
      seen.insert(key)
    }
    return (seen.count, count, wrong)
  }
}
