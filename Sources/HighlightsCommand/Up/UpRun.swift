import Control
import Foundation
import HighlightStore
import HighlightsProtocol
import Kafka
import KafkaWorker
import LLMGateway
import Logging
import ServiceLifecycle
import Summarizer
import SwiftProtobuf
import Synchronization
import VideoCatalog

/// The whole path in one process: embedded broker, gateway, summarizer, cache writer, and the searches.
final class UpRun: Sendable {
  private let settings: Settings
  private let kafka: EmbeddedKafka
  private let producer: KafkaProducer
  private let gateway: GatewayClient
  private let budget: BudgetKeeper?
  private let store: any HighlightStore
  let storeName: String
  private let ledger: Mutex<UpLedger>
  private let trouble = Mutex<WorkFailure?>(nil)
  private let lastOutcome = Mutex(ContinuousClock.now)

  /// Starts the broker with its topics.
  ///
  /// - Parameter serving: whether people wait for each highlight.
  init(_ settings: Settings, _ plan: GatewayPlan, serving: Bool) throws {
    self.settings = settings
    budget = plan.keeper()
    gateway = try plan.client(settings, share: settings.limits.initialShare, budget: budget)
    (store, storeName) = try settings.store.open(reading: false)
    kafka = try EmbeddedKafka(logger: Logger(label: "broker"))
    for topic in settings.kafka.topics.all {
      try kafka.createTopic(topic, partitions: Int32(settings.up.partitions))
    }
    // A producer has no use for what consumers of an embedded broker need.
    var client = kafka.clientConfiguration
    client.properties = [:]
    client.messageMaxBytes = settings.kafka.messageMaxBytes
    producer = try KafkaProducer(
      configuration: settings.kafka.producer(client, lingering: !serving),
      logger: Logger(label: "producer"))
    ledger = Mutex(
      UpLedger(windowBytes: settings.up.windowBytes, windowCount: settings.up.windowCount))
  }

  private var client: KafkaClientConfiguration {
    var client = kafka.clientConfiguration
    client.messageMaxBytes = settings.kafka.messageMaxBytes
    return client
  }

  /// What answers look-ups meanwhile.
  struct Serving {
    /// Finds videos of searches that are looked up.
    let catalog: (any VideoSearch)?
  }

  /// Publishes every line, waits until each has its outcome and each highlight is in the store, then ends.
  ///
  /// - Parameters:
  ///   - finder: where searches that bring no videos get some from.
  ///   - serving: answers look-ups over HTTP from the start; nil for none.
  ///   - settled: called when every line has ended; the run goes on until it returns.
  /// - Throws: ``UpError`` when it cannot end, or `CatalogFailure`; what was written stays in the store.
  func run(
    _ lines: QueryLines, finder: VideoFinder?, serving: Serving?, progress: ProgressBar,
    settled: (UpLedger) async throws -> Void
  ) async throws {
    let started = ContinuousClock.now
    let switches = FleetSwitches()
    let summarizer = try Roles.summarizer(
      settings, client: client, producer: producer, gateway: gateway, budget: budget,
      switches: switches, alone: true, observe: observe)
    var services: [any Service] = [
      summarizer,
      try Roles.cacheWriter(
        settings, client: client, producer: producer, store: store,
        observe: { [self] in observe($0) },
        onApplied: { [self] count in ledger.withLock { $0.apply(count) } }),
    ]
    if let serving {
      let server = try LookupServer(
        settings, client: client, producer: producer, store: store, catalog: serving.catalog)
      let reporter = FleetReporter(
        topic: settings.kafka.topics.workers, role: "summarize", worker: summarizer,
        bounds: FleetBounds(try settings.summarizerWorker(client, alone: true)),
        producer: producer, gateway: gateway, budget: budget)
      let control = ControlReader(client: client, topic: settings.kafka.topics.control) {
        switches.use($0)
      }
      services = server.services + [reporter, control] + services
    }
    let group = ServiceGroup(
      configuration: .init(
        services: services.map {
          .init(service: $0, failureTerminationBehavior: .gracefullyShutdownGroup)
        }, logger: Logger(label: "lifecycle")))
    let outcomes = try await outcomeReader()
    let result: Result<Void, any Error>
    do {
      try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask { try await group.run() }
        tasks.addTask { await self.follow(outcomes) }
        let ending: Result<Void, any Error>
        do {
          try await publish(
            OutgoingQueries(lines, .init(checks: false, settings), finder: finder), progress)
          try await settle(progress)
          let ledger = ledger.withLock { ledger in
            ledger.finish(after: .now - started)
            return ledger
          }
          ending = .success(try await settled(ledger))
        } catch {
          ending = .failure(error)
        }
        // Also after a failure: the tasks end only with the workers and the reader.
        await group.triggerGracefulShutdown()
        await outcomes.close()
        try ending.get()
        try await tasks.waitForAll()
      }
      result = .success(())
    } catch {
      result = .failure(error)
    }
    await gateway.shutdown()
    await producer.shutdown(timeout: .seconds(5))
    kafka.shutdown()
    try result.get()
  }

  /// The highlights of the run, from the store, in the order of the file.
  func highlight(forKey key: String) async throws -> Highlight? {
    try await store.highlight(forKey: key)
  }

  /// Searches that failed.
  var dead: Int { ledger.withLock { $0.report.dead } }

  func close() async throws { try await store.close() }

  // MARK: Searches out

  private func publish(_ queries: OutgoingQueries, _ progress: ProgressBar) async throws {
    var queries = queries
    while let group = await queries.next() {
      for (line, result) in group.ready { try await publish(result.get(), line, progress) }
      if let failure = group.failure { throw failure }
    }
  }

  private func publish(
    _ query: OutgoingQuery, _ line: Int, _ progress: ProgressBar
  ) async throws {
    while !ledger.withLock({ $0.admits(bytes: query.bytes) }) { try await wait(progress) }
    guard ledger.withLock({ $0.publish(query.id, bytes: query.bytes) }) else {
      throw UpError.repeatedID(query.id, line: line)
    }
    if let remark = query.remark(line: line) { Talk.say(remark) }
    let delivery = try await producer.enqueue([query.message])
    // Only refusals by the client itself are known at once; the window bounds all others.
    if query.bytes > settings.kafka.messageMaxBytes {
      do { try await delivery.acknowledged() } catch {
        throw UpError.refused(line: line, error)
      }
    }
  }

  private func settle(_ progress: ProgressBar) async throws {
    while !ledger.withLock({ $0.isSettled }) { try await wait(progress) }
    draw(progress, final: true)
  }

  /// A short wait that ends the run when it can make no progress.
  private func wait(_ progress: ProgressBar) async throws {
    try await Task.sleep(for: .milliseconds(5))
    draw(progress)
    let failure = trouble.withLock { $0 }
    if let failure, failure.needsPerson { throw UpError.held(failure) }
    let idle = ContinuousClock.now - lastOutcome.withLock { $0 }
    if idle > settings.up.giveUpAfter {
      throw UpError.stuck(
        waiting: ledger.withLock { $0.inFlight }, for: settings.up.giveUpAfter, failure)
    }
  }

  private func draw(_ progress: ProgressBar, final: Bool = false) {
    let (report, inFlight) = ledger.withLock { ($0.report, $0.inFlight) }
    let held = trouble.withLock { $0 }.map { "  \($0.verdict.rawValue): \($0.reason)" } ?? ""
    progress.update(
      done: report.ended,
      note: "answered \(report.answered), no answer \(report.noAnswer), failed \(report.dead), "
        + "waiting \(inFlight)\(held)", final: final)
  }

  // MARK: Outcomes in

  private func outcomeReader() async throws -> KafkaConsumer {
    let consumer = try KafkaConsumer(
      configuration: .init(client: client, groupID: "highlights-up"),
      logger: Logger(label: "outcomes"))
    let partitions = (0..<Int32(settings.up.partitions)).map {
      (TopicPartition(topic: settings.kafka.topics.outcomes, partition: $0), KafkaOffset.beginning)
    }
    try await consumer.assign(partitions)
    return consumer
  }

  private func follow(_ consumer: KafkaConsumer) async {
    for await event in consumer.events {
      guard case .messages(let batch) = event else { continue }
      for message in batch {
        guard let outcome = try? Outcome(serializedBytes: message.value ?? []) else { continue }
        ledger.withLock { $0.end(outcome) }
      }
      trouble.withLock { $0 = nil }
      lastOutcome.withLock { $0 = .now }
    }
  }

  private func observe(_ event: WorkerEvent) {
    switch event {
    case .postponed(let failure, _, _):
      // An open circuit is said after what opened it.
      trouble.withLock { trouble in
        guard failure.reason != "circuit_open" || trouble == nil else { return }
        trouble = failure
      }
    case .lost(let partition, let offsets):
      Talk.say("LOST: \(partition) offsets \(offsets.lowerBound) to \(offsets.upperBound - 1)")
    case .assigned, .attached, .revoked, .died, .nearRetention, .clientFailed: break
    }
  }
}

/// Why a run ended before every search had its outcome.
enum UpError: Error, CustomStringConvertible {
  case repeatedID(String, line: Int)
  case refused(line: Int, KafkaError)
  case held(WorkFailure)
  case stuck(waiting: Int, for: Duration, WorkFailure?)

  var description: String {
    switch self {
    case .repeatedID(let id, let line):
      "line \(line): query_id \"\(id)\" stands on an earlier line; an id names one search"
    case .refused(let line, let error): "line \(line): not published: \(error)"
    case .held(let failure): "the gateway refuses every call until a person acts: \(failure)"
    case .stuck(let waiting, let duration, let failure):
      "no outcome for \(duration), \(waiting) searches wait (up.give_up_after)"
        + (failure.map { ": \($0)" } ?? "")
    }
  }
}

extension WorkFailure {
  /// Whether only a person can mend the cause: waiting in a run by hand would be for ever.
  fileprivate var needsPerson: Bool {
    verdict == .hold
      && [
        "authentication", "permission", "not_found", "quota_exhausted", "gateway_budget",
        "budget_spent",
      ].contains(reason)
  }
}
