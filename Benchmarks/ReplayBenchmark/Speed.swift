import ArgumentParser
import BenchmarkSupport
import Foundation

/// Every message of a topic through a replay and through C, in turn; and what a replay keeps in memory.
struct Speed: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay", abstract: "A replay of every message beside the same in C; its memory.")

  @Option(help: "Messages a leg.") var messages = 200_000
  @Option(help: "Distinct keys among them.") var keys = 20_000
  @Option(help: "Bytes of a value.") var valueSize = 300
  @Option(help: "Legs of each side, in turn.") var pairs = 7
  @Option(help: "Messages of the larger topics whose memory is measured.") var manyMessages =
    2_000_000
  @Option(help: "Distinct keys of the last of them.") var manyKeys = 1_000_000

  func run() async throws {
    StandardOutput.flushEachLine()
    try await BoundedRun.run(limit: .seconds(1_800)) {
      try await LoadBroker.run { broker in
        try await broker.createTopics([("control", 1)])
        let ratio = try await compare(broker)
        let memory = try await MemoryUse(
          messages: messages, keys: keys, manyMessages: manyMessages, manyKeys: manyKeys
        ).measure()
        try Figure.report([
          Figure("replay_vs_c", ratio, .atLeast(0.8)),
          Figure("replay_bytes_per_key", memory.bytesPerKey, .above(0)),
          Figure("replay_rss_mb_200k", memory.few),
          Figure("replay_rss_mb_1m", memory.half),
          Figure("replay_rss_mb_2m", memory.many, .atMost(memory.half * 1.15)),
          Figure("replay_rss_mb_many_keys", memory.manyKeys),
        ])
      }
    }
  }

  // MARK: Speed

  private func compare(_ broker: LoadBroker) async throws -> Double {
    let load = Messages(count: messages, keys: keys, valueSize: valueSize)
    try await broker.createTopics(
      [("speed", Messages.partitions)]
        + (0...pairs).flatMap { pair in
          ["c", "swift"].map { ("speed-\($0)-\(pair)", Messages.partitions) }
        })
    try await broker.preload(messages) { load.message($0, topic: "speed") }
    var ratios: [Double] = []
    // The first pair warms the broker up.
    for pair in 0...pairs {
      let c = try await leg(
        ["c", "--messages", "\(messages)"], broker, from: "speed", to: "speed-c-\(pair)")
      let swift = try await leg(
        ["swift", "--every"], broker, from: "speed", to: "speed-swift-\(pair)")
      for (result, topic) in [(c, "speed-c-\(pair)"), (swift, "speed-swift-\(pair)")] {
        let arrived = try await broker.count(topic, partitions: Messages.partitions)
        guard result.published == messages, arrived == messages else {
          throw BenchmarkError("\(topic) holds \(arrived) of \(messages) messages")
        }
      }
      print(
        String(
          format: "C %.0f/s %.1f µs CPU   Swift %.0f/s %.1f µs CPU   %.2f",
          Double(messages) / c.seconds, c.cpuSeconds * 1e6 / Double(messages),
          Double(messages) / swift.seconds, swift.cpuSeconds * 1e6 / Double(messages),
          c.seconds / swift.seconds))
      if pair > 0 { ratios.append(c.seconds / swift.seconds) }
    }
    return ratios.sorted()[ratios.count / 2]
  }

  private func leg(
    _ arguments: [String], _ broker: LoadBroker, from source: String, to target: String
  ) async throws -> LegResult {
    try await LoadProcess.run(
      arguments + ["--broker", broker.address, "--source", source, "--target", target]
    ) { child in
      if arguments[0] == "swift" { _ = try await child.line() }
      return try LegResult(line: try await child.line())
    }
  }
}
