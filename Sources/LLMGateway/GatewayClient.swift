import Logging
import Synchronization
import Tracing

/// A chat client of one deployment, or of several of which later ones stand in for earlier ones.
///
/// All retries happen in one loop, `answer(_:_:)`; nothing above or below repeats a call, and going on to another
/// deployment uses up an attempt like any other. Before each call it waits in turn for the deployment's limits
/// (``RateLimiter``), and what it costs is set aside in the budget.
public final class GatewayClient: ChatGateway {
  public let targets: [GatewayTarget]
  public let retryPolicy: RetryPolicy
  let backends: [Backend]
  let budget: BudgetKeeper?
  let logger: Logger
  /// How the limits are shared out; set by partitions once those are known.
  private let share: Mutex<LimitShare>

  /// Opens no connection yet; ``shutdown()`` must be called before the client is released.
  ///
  /// - Parameters:
  ///   - targets: at least one, the preferred first.
  ///   - share: which part of the limits is this process's; by partitions until ``own(_:)`` says which.
  ///   - maximumReplyBytes: A larger reply is refused as malformed.
  public init(
    _ targets: [GatewayTarget], share: LimitShare = .all, budget: BudgetKeeper? = nil,
    retryPolicy: RetryPolicy = RetryPolicy(), maximumReplyBytes: Int = 4 << 20, logger: Logger
  ) {
    precondition(!targets.isEmpty, "a client without a deployment")
    self.targets = targets
    self.retryPolicy = retryPolicy
    self.budget = budget
    self.logger = logger
    self.share = Mutex(share)
    backends = targets.map {
      Backend($0, share: share, maximumReplyBytes: maximumReplyBytes)
    }
  }

  /// One deployment, without limits or price.
  public convenience init(
    _ deployment: Deployment, retryPolicy: RetryPolicy = RetryPolicy(),
    maximumReplyBytes: Int = 4 << 20, logger: Logger
  ) {
    self.init(
      [GatewayTarget(deployment)], retryPolicy: retryPolicy,
      maximumReplyBytes: maximumReplyBytes, logger: logger)
  }

  /// The preferred deployment.
  public var deployment: Deployment { targets[0].deployment }

  /// Takes the share of the partitions owned now, where limits are shared out so. Calls that wait for one that is gone
  /// are sent away as cancelled.
  public func own(_ partitions: Set<Int32>) {
    reshare { _, count in (partitions, count) }
  }

  /// Takes the number of partitions, of which each call tells.
  func learn(_ count: Int32) {
    reshare { owned, known in known == count ? nil : (owned, count) }
  }

  /// Changes a share by partitions; any other stays as it is.
  private func reshare(
    _ change: (_ owned: Set<Int32>, _ count: Int32) -> (Set<Int32>, Int32)?
  ) {
    let changed: LimitShare? = share.withLock { share in
      guard case .partitions(let owned, let count) = share,
        let (owned, count) = change(owned, count)
      else { return nil }
      share = .partitions(owned: owned, of: count)
      return share
    }
    guard let changed else { return }
    for backend in backends { backend.gate.setShare(changed) }
  }

  /// What the controls of each deployment are doing, by its name.
  public var states: [(deployment: String, state: CallGateState)] {
    backends.map { ($0.deployment.name, $0.gate.state) }
  }

  /// Closes all connections; calls in flight end as cancelled. Calling it again changes nothing.
  public func shutdown() async {
    for backend in backends {
      do {
        try await backend.transport.shutdown()
      } catch {
        logger.debug("already shut down", metadata: ["error": "\(error)"])
      }
    }
  }

  public func complete(
    _ request: ChatRequest, _ options: ChatOptions
  ) async throws(GatewayError) -> ChatReply {
    let telemetry = backends[target(of: options.model)].telemetry
    return try await withSpan(telemetry.spanName, ofKind: .client) { span in
      telemetry.began(request, on: span)
      let start = ContinuousClock.now
      let result: Result<ChatReply, GatewayError>
      do throws(GatewayError) {
        result = .success(try await answer(request, options))
      } catch {
        result = .failure(error)
      }
      telemetry.ended(result, took: .now - start, on: span)
      return result
    }.get()
  }

  /// The one loop of calls and waits.
  private func answer(
    _ request: ChatRequest, _ options: ChatOptions
  ) async throws(GatewayError) -> ChatReply {
    var call = LogicalCall(request, retryPolicy, target: target(of: options.model))
    while true {
      let failure: GatewayError
      do throws(GatewayError) {
        let backend = try choose(&call)
        let exchange = try await attempt(&call, on: backend, options)
        if moveOnFromFilter(exchange.completion, &call)
          || call.mend(exchange.completion, options.complaint)
        {
          continue
        }
        return ChatReply(exchange, of: call, from: backend)
      } catch {
        failure = error
      }
      call.failed(failure)
      try await pause(after: failure, &call, deadline: options.deadline)
    }
  }

  /// Where calls of a model begin; one that no deployment has is the preferred one's.
  private func target(of model: String?) -> Int {
    guard let model else { return 0 }
    return targets.firstIndex { $0.deployment.model == model } ?? 0
  }

  /// The deployment to call: the one it stands at, or a later one while that one's circuit is open.
  private func choose(_ call: inout LogicalCall) throws(GatewayError) -> Backend {
    let backend = backends[call.target]
    guard let wait = backend.gate.closedFor() else { return backend }
    let closed = backend.error(
      .circuitOpen, "the circuit is open: too many calls failed", after: wait)
    guard let next = standIn(for: closed, after: call.target, lastFailure: call.lastFailure) else {
      throw closed
    }
    call.moveOn(to: next)
    return backends[next]
  }

  /// The next deployment that takes over from one that failed so, and can be called.
  private func standIn(
    for failure: GatewayError, after target: Int, lastFailure: GatewayError? = nil
  ) -> Int? {
    guard let condition = failure.fallback else { return nil }
    return backends.indices.dropFirst(target + 1).first { index in
      backends[index].target.standsInFor.contains(condition)
        && backends[index].gate.closedFor() == nil
    }
  }

  private func moveOnFromFilter(_ completion: ChatCompletion, _ call: inout LogicalCall) -> Bool {
    guard FinishReason(wire: completion.choices?.first?.finishReason) == .contentFilter,
      call.retries.attempts < retryPolicy.maximumAttempts,
      let next = standIn(
        for: backends[call.target].error(.contentFilter, "stopped by the content filter"),
        after: call.target)
    else { return false }
    call.waste(completion.tokens?.total ?? 0)
    call.moveOn(to: next)
    return true
  }

  /// Waits until the next call is due, on this deployment or on one that stands in for it.
  ///
  /// - Throws: `failure` when there is to be no further call; `cancelled` out of the wait.
  private func pause(
    after failure: GatewayError, _ call: inout LogicalCall, deadline: ContinuousClock.Instant?
  ) async throws(GatewayError) {
    let gate = backends[call.target].gate
    if call.retries.attempts < retryPolicy.maximumAttempts,
      let next = standIn(for: failure, after: call.target)
    {
      logger.debug(
        "going on to \(backends[next].deployment.name)", metadata: ["error": "\(failure)"])
      return call.moveOn(to: next)
    }
    if isForLimiter(failure, call, deadline) { return }
    guard case .retry(let delay) = call.decide(after: failure, deadline: deadline),
      // Once it is known that nothing gets through, asking again would only amplify the outage.
      gate.closedFor() == nil, failure.kind.isRateLimit || gate.mayRetry()
    else { throw call.total(held(failure, gate)) }
    logger.debug("calling again", metadata: ["after": "\(delay)", "error": "\(failure)"])
    do {
      try await Task.sleep(for: delay)
    } catch {
      throw call.total(
        backends[call.target].error(
          .cancelled, "the task was cancelled while it waited to repeat a call"))
    }
  }

  /// Whether it stands in the queue again: a refusal by our own limit has told the limiter how long to let nobody
  /// through.
  private func isForLimiter(
    _ failure: GatewayError, _ call: LogicalCall, _ deadline: ContinuousClock.Instant?
  ) -> Bool {
    guard case .rateLimited(.ownLimit) = failure.kind, let wait = failure.retryAfter,
      call.retries.attempts < retryPolicy.maximumAttempts
    else { return false }
    return deadline.map { $0 - .now > wait + retryPolicy.shortestCall } ?? true
  }

  /// An outage is a shared cause: a call that failed in one uses up no attempt of its request, and is tried again when
  /// a probe may be made.
  private func held(_ failure: GatewayError, _ gate: CallGate) -> GatewayError {
    guard failure.fallback == .outage, failure.disposition != .final, let wait = gate.closedFor()
    else { return failure }
    return GatewayError(
      kind: failure.disposition == .hold ? failure.kind : .circuitOpen,
      deployment: failure.deployment, status: failure.status, code: failure.code,
      type: failure.type, message: failure.message,
      retryAfter: max(wait, failure.retryAfter ?? .zero))
  }
}
