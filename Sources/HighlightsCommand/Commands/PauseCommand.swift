import ArgumentParser
import Control
import Kafka
import Logging

/// `highlights pause`: the emergency stop for spend.
struct PauseCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pause",
    abstract: "Has the whole fleet begin no more searches, until `highlights resume`.",
    discussion: """
      Takes effect within seconds and outlasts restarts. Calls that have begun go on to their end. \
      Searches wait in their topics, whose retention goes on.
      """)

  @Argument(help: "One lane: queries, backfill or retries. All without it.")
  var lane: SearchLane?

  @Option(help: "Why; every worker says it.")
  var reason = ""

  @OptionGroup var common: CommonOptions

  func run() async throws {
    try await LaneSwitching.set(
      paused: true, lane, reason: reason, settings: try common.settings())
  }
}

/// `highlights resume`: ends a pause.
struct ResumeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resume", abstract: "Ends `highlights pause`, of one lane or of all.")

  @Argument(help: "One lane: queries, backfill or retries. All without it.")
  var lane: SearchLane?

  @OptionGroup var common: CommonOptions

  func run() async throws {
    try await LaneSwitching.set(paused: false, lane, reason: "", settings: try common.settings())
  }
}

/// What both do.
private enum LaneSwitching {
  static func set(
    paused: Bool, _ lane: SearchLane?, reason: String, settings: Settings
  ) async throws {
    let lanes = (lane.map { [$0] } ?? SearchLane.allCases).map(\.rawValue)
    let producer = try KafkaProducer(
      configuration: settings.kafka.producer(settings.kafka.client()),
      logger: Logger(label: "control"), onError: { Talk.say("Kafka: \($0)") })
    let result: Result<Void, any Error>
    do {
      let writer = ControlWriter(producer: producer, topic: settings.kafka.topics.control)
      result = .success(try await writer.setPaused(paused, lanes: lanes, reason: reason))
    } catch {
      result = .failure(error)
    }
    await producer.shutdown()
    try result.get()
    for lane in lanes { Output.line("\(paused ? "paused " : "resumed")  \(lane)") }
  }
}
