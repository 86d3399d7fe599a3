import ArgumentParser
import CacheWriter
import HighlightStore
import Kafka
import KafkaWorker
import Logging
import ServiceLifecycle
import Synchronization

/// `highlights cache`: the cache writer.
struct CacheCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cache",
    abstract: "Keeps a store equal to the highlights topics, until SIGTERM, which drains it.",
    discussion: """
      A store that has less than its group has committed, such as a new one, is first filled from the \
      topics. With --rebuild that is all it does, from the oldest record on; a store that is in use \
      serves on meanwhile.
      """)

  @Flag(help: "Fill the store with all that the topics hold now, and end.")
  var rebuild = false

  @OptionGroup var common: CommonOptions

  func run() async throws {
    let settings = try common.settings()
    let kafka = try settings.kafka.client()
    let (store, storeName) = try settings.store.open(reading: false)
    let result: Result<Void, any Error>
    do {
      if rebuild {
        let progress = try await fill(store, settings, kafka, .beginning)
        Output.line(
          "\(storeName): \(progress.applied) offsets applied, \(progress.skipped) records skipped")
      } else {
        try await write(settings, kafka, settings.store.measured(store), storeName)
      }
      result = .success(())
    } catch {
      result = .failure(error)
    }
    try await store.close()
    try result.get()
  }

  // MARK: Rebuilding

  /// - Parameter partitions: nil for all.
  private func fill(
    _ store: any HighlightStore, _ settings: Settings, _ kafka: KafkaClientConfiguration,
    _ start: StoreRebuild.Start, partitions: Set<TopicPartition>? = nil
  ) async throws -> RebuildProgress {
    let bar = RebuildBar()
    let rebuild = StoreRebuild(
      store: store, client: kafka, variants: try settings.variantTopics(), start: start,
      partitions: partitions, batch: settings.cache.batchCount, onProgress: { bar.show($0) })
    let progress = try await rebuild.run()
    bar.show(progress, final: true)
    return progress
  }

  // MARK: Writing

  private func write(
    _ settings: Settings, _ kafka: KafkaClientConfiguration, _ store: any HighlightStore,
    _ storeName: String
  ) async throws {
    let observing = Observing(settings, role: "cache")
    let reporter = WorkerReporter(role: "cache")
    let topics = try settings.variantTopics().keys.sorted()
    let readiness = CacheReadiness(topics: topics)
    let producer = try KafkaProducer(
      measuredAs: "producer", settings.kafka.producer(kafka),
      onError: { reporter.report(.clientFailed($0)) })
    let worker = try Roles.cacheWriter(
      settings, client: kafka, producer: producer, store: store, observe: reporter.report,
      onProgress: readiness.applied)
    Talk.say(
      "cache: Kafka \(settings.kafka.bootstrapServers.joined(separator: ",")), store \(storeName)")
    let services: [any Service] =
      observing.services + [
        WorkerServices.status(
          settings.status, observing: observing, worker: worker,
          missing: { readiness.troubles }),
        ReadinessService(readiness: readiness, store: store, client: kafka),
        // Ends after the worker, whose last words it has.
        FleetReporter(
          topic: settings.kafka.topics.workers, role: "cache", worker: worker,
          bounds: FleetBounds(settings.cacheWorker(kafka, topics: topics)), producer: producer),
        CaughtUp(
          catchUp: { try await catchUp(store, settings, kafka, topics) }, worker: worker),
      ]
    let result = await Running.untilSignal(services, drain: settings.worker.drainTimeout)
    // What the worker published is acknowledged; its last status may not be.
    await producer.shutdown(timeout: .seconds(5))
    try result.get()
    Talk.say("cache: drained and left the group")
  }

  /// Fills what the store lacks of what the group has committed: on a store that is behind, the first batch would say
  /// that all before it is applied. Asks until it knows.
  private func catchUp(
    _ store: any HighlightStore, _ settings: Settings, _ kafka: KafkaClientConfiguration,
    _ topics: [String]
  ) async throws {
    let troubles = TroubleFilter(interval: .seconds(10))
    while true {
      do {
        let behind = try await StoreRebuild.behind(
          store: store, client: kafka, groupID: settings.cache.group, topics: topics)
        guard !behind.isEmpty else { return }
        for partition in behind { Talk.say("cache: \(partition)") }
        _ = try await fill(
          store, settings, kafka, .applied, partitions: Set(behind.map(\.partition)))
        return
      } catch let error as RebuildError {
        try Task.checkCancellation()
        if troubles.admits("\(error)") != nil {
          Talk.say("cache: cannot tell yet whether the store is behind: \(error); keeps trying")
        }
        try await Task.sleep(for: .seconds(1))
      }
    }
  }
}

/// The worker, once the store is not behind its group.
private struct CaughtUp: Service {
  let catchUp: @Sendable () async throws -> Void
  let worker: CacheWriter

  func run() async throws {
    guard try await Running.untilShutdown(catchUp) != nil else { return }
    try await worker.run()
  }
}

/// The bar of a rebuild, made once its length is known.
private final class RebuildBar: Sendable {
  private let bar = Mutex<ProgressBar?>(nil)

  func show(_ progress: RebuildProgress, final: Bool = false) {
    bar.withLock { bar in
      bar = bar ?? ProgressBar(total: Int(progress.total))
      bar?.update(
        done: Int(progress.applied),
        note: progress.skipped > 0 ? "skipped \(progress.skipped)" : "", final: final)
    }
  }
}

/// Looks until the store has caught up.
private struct ReadinessService: Service {
  let readiness: CacheReadiness
  let store: any HighlightStore
  let client: KafkaClientConfiguration

  func run() async throws {
    _ = try await Running.untilShutdown { await readiness.follow(store: store, client: client) }
    if readiness.isReady { Talk.say("cache: ready: the store has caught up") }
    // A service that returns would end the others.
    try? await gracefulShutdown()
  }
}
