import Kafka
import Logging
import Synchronization
import WorkerRuntime

extension KafkaWorker {
  /// What became of a job.
  private enum End: String {
    case done, dead, moved
    /// Its partition went away meanwhile.
    case givenUp = "given_up"
    /// Its lane was paused before it could begin.
    case putBack = "put_back"
  }

  /// Handles a job, then whatever may run in its place, until nothing may.
  func work(from first: Core.Job) async {
    var next: Core.Job? = first
    while let job = next {
      let end = await handle(job)
      for item in job.items { waits.withLock { $0.forget(job.partition, item.offset) } }
      metrics.ended(job.partition.topic, end.rawValue, job.items.count)
      let completion = core.withLock { core in
        let completion =
          switch end {
          case .done, .dead, .moved: core.complete(job)
          case .givenUp: core.abandon(job)
          case .putBack: core.putBack(job)
          }
        next = core.nextJob()
        return completion
      }
      if !completion.resume.isEmpty {
        reader(of: job.partition.topic).resume(completion.resume.map(TopicPartition.init))
      }
    }
  }

  /// Tries a job until it is done, dead, waits elsewhere or is no longer this worker's.
  private func handle(_ job: Core.Job) async -> End {
    guard await maySend() else { return .givenUp }
    if let attached = await attach(job) { return attached ? .moved : .givenUp }
    var records = job.items.map(\.payload.record)
    var attempt = job.items[0].payload.attempts
    var backoff = configuration.backoff
    var hasBegun = false
    while isWanted(job) {
      if core.withLock({ $0.isPaused(job) }) { return .putBack }
      guard let ticket = await permission(job) else { continue }
      if !hasBegun {
        metrics.begun(job.partition.topic, after: .now - job.items[0].receivedAt)
        hasBegun = true
      }
      let context = WorkContext(attempt: attempt, receivedAt: job.items[0].receivedAt)
      let failure: WorkFailure
      do {
        let isPublished = try await inSpan(of: records, attempt: attempt) {
          let result = try await handleInTime(records, context)
          passed(ticket, nil, job)
          return try await publish(result, of: job)
        }
        guard isPublished else { return .givenUp }
        settle(job)
        return .done
      } catch {
        failure = WorkFailure(error)
        passed(ticket, failure, job)
        records = records.map { $0.carrying(failure.headers) }
      }
      if failure.verdict == .retry { attempt += 1 }
      if failure.verdict == .dead || attempt >= configuration.attempts,
        configuration.deadLetterTopic != nil
      {
        guard await bury(records, of: job, failure, attempts: max(1, attempt)) else {
          return .givenUp
        }
        settle(job)
        return .dead
      }
      if failure.verdict == .retry, !configuration.retries.tiers.isEmpty {
        return await retryLater(records[0], of: job, failure, attempts: attempt)
          ? .moved : .givenUp
      }
      postpone(job, failure)
      // What a shared cause holds up waits at the gate.
      if failure.verdict == .hold { continue }
      await pause(for: max(failure.after ?? .zero, backoff * Double.random(in: 0.5...1)), job)
      backoff = min(backoff * 2, configuration.backoffLimit)
    }
    return .givenUp
  }

  /// Waits until a try may begin; nil once the job is not wanted any more, or its lane is paused.
  private func permission(_ job: Core.Job) async -> HoldGate.Ticket? {
    while isWanted(job), !core.withLock({ $0.isPaused(job) }) {
      guard await maySend() else { return nil }
      switch holds.withLock({ $0[lane(of: job)].gate.begin(at: .now) }) {
      case .go(let ticket):
        forgetWait(of: job)
        return ticket
      case .wait(let until):
        if let cause = holds.withLock({ $0[lane(of: job)].cause }) { noteWait(of: job, cause) }
        await pause(for: until - .now, job)
      }
    }
    return nil
  }

  private func passed(_ ticket: HoldGate.Ticket, _ failure: WorkFailure?, _ job: Core.Job) {
    let end: HoldGate.End =
      failure?.verdict == .hold ? .held(after: failure?.after) : .through
    holds.withLock { holds in
      let lane = lane(of: job)
      if let failure, failure.verdict == .hold { holds[lane].cause = failure }
      holds[lane].gate.end(ticket, end, at: .now, jitter: .random(in: 0...1))
    }
  }

  private func lane(of job: Core.Job) -> Int { lanes.lane(of: job.partition.topic) }

  /// Publishes until acknowledged: a result that was paid for is not thrown away because a broker is slow.
  private func publish(_ result: WorkResult, of job: Core.Job) async throws(WorkFailure) -> Bool {
    guard isCurrent(job), try await publish(result.publish, of: job) else { return false }
    return try await publish(result.ledger(), of: job)
  }

  private func publish(
    _ messages: [KafkaProducerMessage], of job: Core.Job
  ) async throws(WorkFailure) -> Bool {
    let spans = PublishSpans(messages)
    defer { spans.end() }
    var left = spans.messages
    while !left.isEmpty {
      // Results of an ended epoch are another's to write.
      guard await maySend(), isCurrent(job) else { return false }
      let failed = await failures(of: left)
      forgetWait(of: job)
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
    !Task.isCancelled && core.withLock { $0.mayBegin(job) }
  }

  func postpone(_ job: Core.Job, _ failure: WorkFailure) {
    logger.debug(
      "\(job.partition.topic)[\(job.partition.partition)]@\(job.items[0].offset) postponed: \(failure)"
    )
    noteWait(of: job, failure)
    observe(.postponed(failure, TopicPartition(job.partition), offset: job.items[0].offset))
  }

  private func noteWait(of job: Core.Job, _ failure: WorkFailure) {
    waits.withLock { waits in
      for item in job.items { waits.note(failure, job.partition, item.offset) }
    }
  }

  private func forgetWait(of job: Core.Job) {
    waits.withLock { waits in
      for item in job.items { waits.forget(job.partition, item.offset) }
    }
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
