import Kafka
import Logging
import ServiceLifecycle
import Synchronization
import WorkerRuntime

/// The one consume loop: runs a handler at least once for every message of its topics.
///
/// Joins a consumer (what arrives, what the group decides) with a `WorkerCore` (what may run, how far may be
/// committed). Graceful shutdown drains; cancelling the task stops at once. Either way nothing that is
/// unfinished is committed.
public final class KafkaWorker<Handler: WorkerHandler>: Service {
  typealias Core = WorkerCore<WorkItem>

  let configuration: KafkaWorkerConfiguration
  let handler: Handler
  let producer: KafkaProducer
  let consumer: KafkaConsumer
  /// Reads the topics that are owned along with the subscribed one, from assignments by hand.
  let owned: KafkaConsumer?
  let pending = Mutex(PendingRetries())
  /// What a shared cause holds up, by lane: a budget may be spent for one of them only.
  let holds: Mutex<[Hold]>
  let lanes: WorkerCoreConfiguration
  let waits = Mutex(Waits())
  let suspension: Mutex<SuspensionGuard>
  let progress: Mutex<ProgressWatch>
  let metrics: WorkerMetrics
  let core: Mutex<Core>
  let notes: (any CommitNotes)?
  let noteBook = Mutex(NoteBook())
  let logger: Logger
  let observe: @Sendable (WorkerEvent) -> Void
  /// Set once everything is drained for good: what the group still assigns is not begun.
  let isStopping = Mutex(false)
  private let commitsFail = Mutex(false)
  private let stop: AsyncStream<Stop>
  private let stopper: AsyncStream<Stop>.Continuation

  enum Stop: Sendable { case drain, now }

  /// The gate of a lane, and what closed it last.
  struct Hold: Sendable {
    var gate: HoldGate
    var cause: WorkFailure?

    /// Nil while nothing is held.
    var current: WorkFailure? { gate.isOpen ? nil : cause }
  }

  /// - Parameters:
  ///   - producer: publishes results, ledger entries and dead letters; shared, and shut down by its owner.
  ///   - notes: what travels with the commits of the subscribed topic.
  ///   - observe: called from the worker's tasks; must return at once.
  /// - Throws: `KafkaError` or `WorkerCoreConfigurationError` for settings that are not allowed.
  public init(
    configuration: KafkaWorkerConfiguration, handler: Handler, producer: KafkaProducer,
    notes: (any CommitNotes)? = nil, logger: Logger = Logger(label: "worker"),
    observe: @escaping @Sendable (WorkerEvent) -> Void = { _ in }
  ) throws {
    try configuration.check()
    var consuming = configuration.consumer
    consuming.rebalancing = .deferred
    consuming.offsetReset = .error
    self.configuration = configuration
    self.handler = handler
    self.producer = producer
    self.notes = notes
    self.logger = logger
    let metrics = WorkerMetrics(
      group: consuming.groupID, inFlightBound: configuration.inFlight)
    self.metrics = metrics
    self.observe = { event in
      metrics.take(event)
      observe(event)
    }
    lanes = try configuration.core()
    let gate = HoldGate(
      backoff: min(configuration.backoff, configuration.holdLimit)...configuration.holdLimit)
    holds = Mutex(Array(repeating: Hold(gate: gate), count: lanes.lanes.count + 1))
    var core = Core(configuration: lanes)
    if configuration.startsPaused {
      for lane in 0...lanes.lanes.count { core.setPaused(true, lane: lane) }
    }
    self.core = Mutex(core)
    suspension = Mutex(SuspensionGuard(limit: consuming.sessionTimeout / 2, at: .now))
    progress = Mutex(ProgressWatch(limit: configuration.stallAfter))
    consuming.client.statisticsInterval = KafkaClientMetrics.interval
    consumer = try KafkaConsumer(
      configuration: consuming, logger: logger, onStatistics: metrics.taking("consumer"))
    if configuration.ownedTopics.isEmpty {
      owned = nil
    } else {
      consuming.rebalancing = .automatic
      consuming.groupID = configuration.ownedGroupID
      consuming.groupInstanceID = nil
      owned = try KafkaConsumer(
        configuration: consuming, logger: logger, onStatistics: metrics.taking("lanes"))
    }
    // One stop is enough, and the first wins.
    (stop, stopper) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(1))
  }

  /// Runs until shut down; throws `KafkaError` when the client can never go on, such as a member that was
  /// fenced by another with its instance id.
  public func run() async throws {
    try await withTaskCancellationHandler {
      try await withGracefulShutdownHandler {
        try await consume()
      } onGracefulShutdown: {
        self.stopper.yield(.drain)
      }
    } onCancel: {
      self.stopper.yield(.now)
    }
  }

  private func consume() async throws {
    var fatal: KafkaError?
    await withDiscardingTaskGroup { group in
      group.addTask { await self.commitRegularly() }
      group.addTask { await self.closeWhenStopped() }
      do throws(KafkaError) {
        try await checkPartitionCounts()
        if let owned { group.addTask { await self.read(owned) } }
        group.addTask { await self.startWhatIsDue() }
        group.addTask { await self.measure() }
        group.addTask { await self.watchRetention() }
        try await consumer.subscribe(to: configuration.topics)
        fatal = await follow(consumer.events, in: &group)
      } catch {
        // Told to stop before it had joined.
        if case .closed = error {} else { fatal = error }
      }
      // Wakes `closeWhenStopped` where the loop ended by itself.
      stopper.yield(.now)
      await close()
      group.cancelAll()
    }
    if let fatal { throw fatal }
  }

  /// Takes the consumer's events until it is closed; returns the error that ends the client for good.
  private func follow(
    _ events: KafkaConsumer.Events, in group: inout DiscardingTaskGroup
  ) async -> KafkaError? {
    for await event in events {
      switch event {
      case .messages(let batch):
        receive(batch, from: consumer)
        startJobs(in: &group)
      case .assigned(let partitions):
        await start(partitions)
      case .revoked(let partitions, let lost):
        observe(.revoked(partitions, lost: lost))
        if lost {
          release(partitions)
          await giveUp(partitions)
        } else {
          group.addTask { await self.drainAndGiveUp(partitions) }
        }
      case .partitionFailed(let partition, let error):
        await recover(partition, error)
      case .failed(let error, let fatal):
        logger.warning("\(error)")
        observe(.clientFailed(error))
        if fatal { return error }
      }
    }
    return nil
  }

  /// Reads the owned topics until their consumer is closed.
  private func read(_ owned: KafkaConsumer) async {
    await withDiscardingTaskGroup { group in
      for await event in owned.events {
        switch event {
        case .messages(let batch):
          receive(batch, from: owned)
          startJobs(in: &group)
        case .partitionFailed(let partition, let error):
          await recover(partition, error)
        case .failed(let error, _):
          logger.warning("\(error)")
          observe(.clientFailed(error))
        case .assigned, .revoked: break
        }
      }
    }
  }

  /// Begins what has come due, and what a lane that was resumed may run.
  private func startWhatIsDue() async {
    await withDiscardingTaskGroup { group in
      while !Task.isCancelled {
        try? await Task.sleep(for: .milliseconds(100))
        _ = suspension.withLock { $0.maySend(at: .now) }
        core.withLock { $0.advance(to: .now) }
        startJobs(in: &group)
      }
    }
  }

  /// Keeps the gauges true and the watch for standstills awake.
  private func measure() async {
    while !Task.isCancelled {
      let positions = core.withLock { $0.positions() }.mapValues(\.offset)
      metrics.update(report(), positions: positions)
      try? await Task.sleep(for: .seconds(1))
    }
  }

  private func receive(_ batch: KafkaMessageBatch, from reader: KafkaConsumer) {
    let now = ContinuousClock.now
    let wallClock = millisecondsSince1970()
    let items = batch.map { message in
      let record = message.copy()
      let work = WorkItem(record)
      return Core.Item(
        partition: TopicPartitionID(record.partition), offset: record.offset, key: record.key,
        payload: work, receivedAt: now, timestamp: record.timestamp ?? -1,
        notBefore: work.retry.map { now + .milliseconds($0.dueAt - wallClock) },
        bytes: record.size)
    }
    if reader === owned { remember(items) }
    metrics.received(items)
    let pause = core.withLock { $0.receive(items) }
    if !pause.isEmpty { reader.pause(pause.map(TopicPartition.init)) }
  }

  /// One task a job that may run now; each goes on with the next job, so tasks never outnumber `inFlight`.
  private func startJobs(in group: inout DiscardingTaskGroup) {
    while let job = core.withLock({ $0.nextJob() }) {
      group.addTask { await self.work(from: job) }
    }
  }

  private func commitRegularly() async {
    while true {
      do { try await Task.sleep(for: configuration.commitInterval) } catch { return }
      await commit()
    }
  }

  /// Drains everything and leaves the group once told to stop.
  private func closeWhenStopped() async {
    // In a cancelled task the stream ends without a word, and that means stop too.
    for await stop in stop {
      if stop == .drain { await drainEverything() }
      break
    }
    await close()
  }

  private func close() async {
    await owned?.close()
    await consumer.close()
  }

  /// Commits every position that moved: the group's first, as only its broker can tell that this member still
  /// owns what it believes to own.
  ///
  /// Returns false if the broker refused. May be called from anywhere, as by one who waits for a note to be durable.
  @discardableResult
  public func commit() async -> Bool {
    await proveMembership()
    guard await commit(on: consumer, subscribedTopics) else { return false }
    guard let owned else { return true }
    return await commit(on: owned, Set(configuration.ownedTopics))
  }

  private func commit(on consumer: KafkaConsumer, _ topics: Set<String>?) async -> Bool {
    let taken = Mutex(Taken())
    let (_, error) = await consumer.commit(taking: { [self] in
      let next = take(of: topics, noted: consumer !== owned)
      taken.withLock { $0 = next }
      return next.offsets
    })
    metrics.committed(accepted: error == nil)
    guard let error else {
      acknowledge(taken.withLock { $0.notes })
      if commitsFail.withLock({ exchange(&$0, false) }) {
        logger.notice("commits go through again")
      }
      return true
    }
    // Whoever closes the consumer has committed before.
    if case .closed = error { return false }
    // Said once, not at each of the tries that follow: a rebalance refuses all of them.
    logger.log(
      level: commitsFail.withLock { exchange(&$0, true) } ? .debug : .warning,
      "commit failed, will be tried again: \(error)")
    core.withLock { $0.commitFailed(taken.withLock { $0.positions }) }
    return false
  }
}

/// Puts a value in a place and returns what stood there.
private func exchange<T>(_ place: inout T, _ value: T) -> T {
  let old = place
  place = value
  return old
}

extension TopicPartitionID {
  init(_ partition: TopicPartition) {
    self.init(topic: partition.topic, partition: partition.partition)
  }
}

extension TopicPartition {
  init(_ partition: TopicPartitionID) {
    self.init(topic: partition.topic, partition: partition.partition)
  }
}
