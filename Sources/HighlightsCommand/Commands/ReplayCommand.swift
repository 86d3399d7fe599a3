import ArgumentParser
import Foundation
import HighlightStore
import HighlightsProtocol
import Kafka
import Logging
import Replay

/// `highlights replay`: reprocesses a slice of history.
struct ReplayCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract:
      "Publishes searches of the past again, for reprocessing, as a job that can be resumed.",
    discussion: """
      Of each highlight key the latest message inside the range goes to kafka.topics.backfill, its \
      payload byte for byte as it was. Ranges end where the topics end when the job is made. Jobs \
      stand in kafka.topics.control: after any interruption, any machine goes on with --resume. A \
      dry run says what it would publish and what that may cost. Times are such as 24h (ago), \
      2026-11-01 or 2026-11-01T08:00:00Z. It exits with 0 once the job is done, also where nothing \
      matched.
      """)

  @OptionGroup(title: "What is replayed") var what: ReplayChoice
  @OptionGroup(title: "How") var how: ReplayManner
  @OptionGroup(title: "Jobs") var jobs: ReplayJobOptions

  @Flag(help: "Print one JSON object.")
  var json = false

  @OptionGroup var common: CommonOptions

  func validate() throws { try jobs.validate(with: how) }

  func run() async throws {
    let settings = try common.settings()
    let client = try settings.kafka.client()
    let producers = try ReplayProducers(settings, client)
    let result: Result<Void, any Error>
    do { result = .success(try await run(settings, client, producers)) } catch {
      result = .failure(error)
    }
    await producers.shutdown()
    do { try result.get() } catch let error as ReplayError {
      if case .invalid = error { throw ValidationError("\(error)") }
      throw error
    }
  }

  private func run(
    _ settings: Settings, _ client: KafkaClientConfiguration, _ producers: ReplayProducers
  ) async throws {
    let log = ReplayJobLog(
      client: client, producer: producers.control, topic: settings.kafka.topics.control)
    let actor = jobs.actor ?? NSUserName()
    if jobs.list { return try show(await log.jobs()) }
    if let id = jobs.status { return try show([await log.job(id)]) }
    if let id = jobs.pause ?? jobs.cancel {
      let action: HighlightsProtocol.ReplayCommand.Action = jobs.pause != nil ? .pause : .cancel
      let job = try await log.ask(action, of: id, actor: actor, reason: jobs.reason)
      try show([job])
      guard job.status != .running else { throw ReplayUnanswered(id: id, runner: job.runner) }
      return
    }
    if how.dryRun {
      let estimate = try ReplayEstimate(settings, variant: how.variant, rate: how.rate)
      let run = ReplayRun(client: client, producer: producers.messages, log: log)
      let preview = try await run.preview(request(settings, actor), estimate.rule)
      return (json ? [try estimate.json(preview)] : estimate.table(preview)).forEach(Output.line)
    }
    try await replay(settings, client, producers, log, actor)
  }

  private func replay(
    _ settings: Settings, _ client: KafkaClientConfiguration, _ producers: ReplayProducers,
    _ log: ReplayJobLog, _ actor: String
  ) async throws {
    let resumed = try await jobs.resume.asyncMap { try await log.job($0) }
    let isToStore = resumed.map { !$0.spec.store.isEmpty } ?? how.toStore
    let store = isToStore ? try settings.store.open(reading: false) : nil
    let asked = try resumed == nil ? request(settings, actor, store: store?.name ?? "") : nil
    let spend = BackfillSpend(client: client, topic: settings.kafka.topics.outcomes, since: resumed)
    let view = ReplayView(spend: spend)
    let run = ReplayRun(
      client: client, producer: producers.messages, log: log, store: store?.store,
      lagGroup: "\(settings.worker.group).owned", spent: { spend.spent }, onProgress: view.show)
    let id = jobs.resume ?? ""
    let result: Result<ReplayJobState, any Error>
    do {
      let job = try await UntilSignal.run {
        try await withThrowingTaskGroup(of: Void.self) { tasks in
          tasks.addTask { await spend.follow() }
          defer { tasks.cancelAll() }
          guard let asked else { return try await run.resume(id, onStart: view.begin) }
          return try await run.start(asked, onStart: view.begin)
        }
      }
      result = .success(job)
    } catch {
      result = .failure(error)
    }
    try await store?.store.close()
    let job = try result.get()
    view.end(job)
    try show([job])
    guard job.status == .done else { throw ExitCode.failure }
  }

  private func request(
    _ settings: Settings, _ actor: String, store: String = ""
  ) throws -> ReplayRequest {
    var spec = try what.spec(settings.kafka.topics)
    try how.add(to: &spec, settings, store: store)
    var request = ReplayRequest(spec: spec, actor: actor)
    request.offsets = try what.offsets.map(OffsetSpan.all) ?? []
    request.keys = try what.keyList()
    return request
  }

  private func show(_ jobs: [ReplayJobState]) throws {
    let report = ReplayReport(jobs: jobs)
    (json ? [try report.json()] : report.lines).forEach(Output.line)
  }
}

/// The process that works on a job did not do what it was asked in time.
struct ReplayUnanswered: Error, CustomStringConvertible {
  let id: String
  let runner: String

  var description: String {
    "replay \(id) runs on in \(runner): it has not answered yet; ask again"
  }
}

/// The producers of a replay: one that lingers, for messages, and one that does not, for the job's record.
struct ReplayProducers: Sendable {
  let messages: KafkaProducer
  let control: KafkaProducer

  init(_ settings: Settings, _ client: KafkaClientConfiguration) throws {
    messages = try KafkaProducer(
      configuration: settings.kafka.producer(client), logger: Logger(label: "replay"),
      onError: { Talk.say("Kafka: \($0)") })
    control = try KafkaProducer(
      configuration: settings.kafka.producer(client, lingering: false),
      logger: Logger(label: "control"), onError: { Talk.say("Kafka: \($0)") })
  }

  func shutdown() async {
    await messages.shutdown()
    await control.shutdown()
  }
}

extension Optional {
  /// `map` for what has to be waited for.
  fileprivate func asyncMap<T>(_ body: (Wrapped) async throws -> T) async rethrows -> T? {
    guard let self else { return nil }
    return try await body(self)
  }
}
