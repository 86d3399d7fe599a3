import Kafka
import Logging
import Synchronization
import WorkerRuntime

extension KafkaWorker {
  /// Handles a job, then whatever may run in its place, until nothing may.
  func work(from first: Core.Job) async {
    var next: Core.Job? = first
    while let job = next {
      let finished = await handle(job)
      let completion = core.withLock { core in
        let completion = finished ? core.complete(job) : core.abandon(job)
        next = core.nextJob()
        return completion
      }
      if !completion.resume.isEmpty {
        reader(of: job.partition.topic).resume(completion.resume.map(TopicPartition.init))
      }
    }
  }

  /// Tries a job until it is done, dead or no longer this worker's; true when its messages need no more
  /// work.
  private func handle(_ job: Core.Job) async -> Bool {
    if let attached = await attach(job) { return attached }
    let records = job.items.map(\.payload.record)
    var attempt = job.items[0].payload.attempts
    var backoff = configuration.backoff
    while isWanted(job), let ticket = await permission(job) {
      let context = WorkContext(attempt: attempt, receivedAt: job.items[0].receivedAt)
      let failure: WorkFailure
      do {
        let result = try await handleInTime(records, context)
        passed(ticket, nil)
        // Results of a revoked epoch are another's to write.
        guard isCurrent(job) else { return false }
        guard try await publish(result, of: job) else { return false }
        settle(job)
        return true
      } catch {
        failure = WorkFailure(error)
        passed(ticket, failure)
      }
      if failure.verdict == .retry { attempt += 1 }
      if failure.verdict == .dead || attempt >= configuration.attempts,
        configuration.deadLetterTopic != nil
      {
        guard await bury(job, failure, attempts: max(1, attempt)) else { return false }
        settle(job)
        return true
      }
      if failure.verdict == .retry, !configuration.retries.tiers.isEmpty {
        return await retryLater(job, failure, attempts: attempt)
      }
      postpone(job, failure)
      // What a shared cause holds up waits at the gate.
      if failure.verdict == .hold { continue }
      await pause(for: max(failure.after ?? .zero, backoff * Double.random(in: 0.5...1)), job)
      backoff = min(backoff * 2, configuration.backoffLimit)
    }
    return false
  }

  /// Waits until a try may begin; nil once the job is not wanted any more.
  private func permission(_ job: Core.Job) async -> HoldGate.Ticket? {
    while isWanted(job) {
      switch holdGate.withLock({ $0.begin(at: .now) }) {
      case .go(let ticket): return ticket
      case .wait(let until): await pause(for: until - .now, job)
      }
    }
    return nil
  }

  private func passed(_ ticket: HoldGate.Ticket, _ failure: WorkFailure?) {
    let end: HoldGate.End =
      failure?.verdict == .hold ? .held(after: failure?.after) : .through
    holdGate.withLock { $0.end(ticket, end, at: .now, jitter: .random(in: 0...1)) }
  }

  /// Publishes until acknowledged: a result that was paid for is not thrown away because a broker is slow.
  private func publish(_ result: WorkResult, of job: Core.Job) async throws(WorkFailure) -> Bool {
    guard try await publish(result.publish, of: job) else { return false }
    return try await publish(result.ledger(), of: job)
  }

  private func publish(
    _ messages: [KafkaProducerMessage], of job: Core.Job
  ) async throws(WorkFailure) -> Bool {
    var left = messages
    while !left.isEmpty {
      guard isCurrent(job) else { return false }
      let failed = await failures(of: left)
      if let (message, error) = failed.first(where: { $0.1.isPermanent }) {
        throw WorkFailure(
          .dead, reason: "result_not_accepted", detail: "\(message.topic): \(error)")
      }
      left = failed.map(\.0)
      guard let error = failed.first?.1 else { break }
      postpone(job, WorkFailure(.hold, reason: "broker_unavailable", detail: "\(error)"))
      await pause(for: .seconds(1), job)
    }
    return true
  }

  /// The messages that were not acknowledged, each with its error.
  func failures(of messages: [KafkaProducerMessage]) async -> [(KafkaProducerMessage, KafkaError)] {
    do {
      let results = try await producer.enqueue(messages).results
      return zip(messages, results).compactMap { message, result in
        if case .failure(let error) = result { (message, error) } else { nil }
      }
    } catch {
      return messages.map { ($0, error) }
    }
  }

  /// The consumer that reads a topic.
  func reader(of topic: String) -> KafkaConsumer {
    if let owned, configuration.ownedTopics.contains(topic) { owned } else { consumer }
  }

  func isCurrent(_ job: Core.Job) -> Bool { core.withLock { $0.isCurrent(job) } }

  /// Whether a try may still begin: not once its partition is being drained.
  func isWanted(_ job: Core.Job) -> Bool {
    !Task.isCancelled
      && core.withLock { core in
        core.isCurrent(job) && core.status(of: job.partition)?.draining == false
      }
  }

  func postpone(_ job: Core.Job, _ failure: WorkFailure) {
    logger.debug(
      "\(job.partition.topic)[\(job.partition.partition)]@\(job.items[0].offset) postponed: \(failure)"
    )
    observe(.postponed(failure, TopicPartition(job.partition), offset: job.items[0].offset))
  }

  /// Waits, but no longer than the job is wanted: a drain must not wait for a retry.
  func pause(for duration: Duration, _ job: Core.Job) async {
    let until = ContinuousClock.now + duration
    while ContinuousClock.now < until, isWanted(job) {
      try? await Task.sleep(until: min(until, .now + .milliseconds(100)), clock: .continuous)
    }
  }
}

extension WorkFailure {
  /// Takes a handler's own verdict, or calls an unexpected error this message's trouble.
  init(_ error: any Error) {
    self =
      error as? WorkFailure
      ?? WorkFailure(.retry, reason: "unexpected_error", detail: "\(error)")
  }
}

extension KafkaError {
  /// Whether the same message would be refused again.
  var isPermanent: Bool {
    guard let code else { return false }
    return code == .messageTooLarge || code == .invalidMessage
  }
}
