import ArgumentParser
import BenchmarkSupport
import Foundation
import Glibc
import HighlightsProtocol
import Kafka
import Replay

/// A replay in a process of its own: prints the job's id, later a `LegResult`, and ends with its standard input.
struct SwiftLeg: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "swift", shouldDisplay: false)

  @Option var broker: String
  @Option var source: String
  @Option var target: String
  @Flag var every = false
  @Flag(help: "In the order of traffic and staleness.") var traffic = false
  @Option var rate = 0.0
  @Option var batch: UInt32 = 10_000
  @Option(help: "Milliseconds since 1970.") var since: Int64?
  @Option(help: "Milliseconds since 1970.") var until: Int64?
  @Option var resume: String?
  @Flag(help: "Only count.") var dry = false

  func run() async throws {
    var client = KafkaClientConfiguration(bootstrapServers: [broker], clientID: "benchmark")
    // noida-db answers a fetch with all that there is, whatever the limits say.
    client.properties["receive.message.max.bytes"] = "1000000000"
    let producer = try KafkaProducer(configuration: .init(client: client))
    var prompt = KafkaProducerConfiguration(client: client)
    prompt.linger = .zero
    let control = try KafkaProducer(configuration: prompt)
    let log = ReplayJobLog(client: client, producer: control, topic: "control")
    let run = ReplayRun(client: client, producer: producer, log: log)
    var result = LegResult()
    let (begin, cpu) = (ContinuousClock.now, Self.cpuSeconds)
    if dry {
      let preview = try await run.preview(
        request, TokenRule(promptTokens: 0, evidenceTokens: 1_000, outputTokens: 0))
      result.published = preview.messages
      result.keys = Int(preview.counts.keys)
      result.read = Int(preview.counts.read)
    } else {
      let job = try await replay(run)
      guard job.status == .done else { throw BenchmarkError("the replay is \(job.word)") }
      result.job = job.id
      result.published = Int(job.counts.published)
      result.keys = Int(job.counts.keys)
    }
    result.seconds = (ContinuousClock.now - begin) / .seconds(1)
    result.cpuSeconds = Self.cpuSeconds - cpu
    ChildServices.say(try result.line())
    var byte: UInt8 = 0
    while read(STDIN_FILENO, &byte, 1) > 0 {}
    await producer.shutdown()
    await control.shutdown()
  }

  private func replay(_ run: ReplayRun) async throws -> ReplayJobState {
    guard let resume else {
      return try await run.start(request) { job in ChildServices.say(job.id) }
    }
    // The killed one counts as alive for a while.
    while true {
      do {
        return try await run.resume(resume) { job in ChildServices.say(job.id) }
      } catch ReplayError.busyJob { try await Task.sleep(for: .seconds(1)) }
    }
  }

  private var request: ReplayRequest {
    var spec = ReplaySpec()
    spec.source = .queries
    spec.topic = source
    spec.target = target
    spec.every = every
    spec.order = traffic ? .traffic : .unspecified
    spec.factTopic = traffic ? "facts" : ""
    spec.rate = rate
    spec.batch = batch
    spec.forceRefresh = true
    spec.variant = "v2"
    if let since { spec.filters.since = UnixTime(milliseconds: since).timestamp }
    if let until { spec.filters.until = UnixTime(milliseconds: until).timestamp }
    return ReplayRequest(spec: spec, actor: "benchmark")
  }

  private static var cpuSeconds: Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
