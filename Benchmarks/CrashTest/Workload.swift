import ArgumentParser
import Kafka
import TestSupport

/// What the processes of a run must agree on, and how it is laid out.
struct Workload: ParsableArguments {
  @Option(help: "Messages, each of which must end in an outcome.")
  var messages = 10_000
  @Option(help: "Times the worker is killed.")
  var kills = 20
  @Option(help: "Calls at once. Few enough that a life lasts for several commits.")
  var inFlight = 16
  @Option(help: "Repeats a run.")
  var seed: UInt64 = SeededGenerator.seed

  // Few partitions, so that one slow call holds many messages' watermark.
  static let partitions: Int32 = 2
  static let messageTopic = "messages"
  static let outcomeTopic = "outcomes"
  static let deadTopic = "messages.dead"
  static let group = "crash"
  static let instance = "crash-0"
  static let commitInterval = Duration.seconds(1)
  /// The most that acknowledging an outcome and then two commits take, beyond the interval between these: a commit
  /// takes what was acknowledged before it, and the one that the kill interrupts does not count.
  static let commitLatency = Duration.milliseconds(250)

  func validate() throws {
    for (name, value, allowed) in [
      ("messages", messages, 100...1_000_000), ("kills", kills, 1...1_000),
      ("in-flight", inFlight, 1...1_000),
    ] where !allowed.contains(value) {
      throw ValidationError(
        "--\(name) \(value): allowed \(allowed.lowerBound) to \(allowed.upperBound)")
    }
    guard kills * 10 <= messages else {
      throw ValidationError("--kills \(kills): allowed one for every 10 messages")
    }
  }
}

/// When a worker is killed: so many messages after the last kill, and a while later.
struct KillMoment {
  let messages: Int
  let delay: Duration

  /// Random lives between half and one and a half times the even share of nine tenths of the messages.
  static func draw(_ workload: Workload) -> [KillMoment] {
    var random = SeededGenerator(seed: workload.seed)
    let share = workload.messages * 9 / 10 / workload.kills
    let lengths = (0..<workload.kills).map { _ in share / 2 + random.below(share + 1) }
    // Together they stay below what there is, so that each kill finds work.
    let excess = max(1, Double(lengths.reduce(0, +)) / Double(share * workload.kills))
    return lengths.map { length in
      KillMoment(
        messages: Int(Double(length) / excess), delay: .milliseconds(random.below(300)))
    }
  }
}
