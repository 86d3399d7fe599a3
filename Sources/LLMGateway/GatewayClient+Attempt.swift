import NIOCore

extension GatewayClient {
  /// One call: its turn, its money, the call itself, and what each control learns of it.
  func attempt(
    _ call: inout LogicalCall, on backend: Backend, _ options: ChatOptions
  ) async throws(GatewayError) -> ChatExchange {
    let limit = try timeLimit(backend, options.deadline)
    if let owner = options.owner { learn(owner.count) }
    let body = try backend.transport.encode(call.request)
    let estimate = LimitedCost(
      input: InputEstimate.tokens(in: body.readableBytesView),
      output: backend.gate.expectedOutput(
        of: options.outputClass, atMost: call.request.maxTokens))
    let bound = backend.cost(
      of: TokenUsage(input: body.readableBytes, output: call.request.maxTokens))
    try refuseWhatIsSpent(bound, backend, options)
    let queuedAt = ContinuousClock.now
    let pass = try await turn(estimate, backend, options)
    backend.telemetry.waited(.now - queuedAt)
    let charge: BudgetKeeper.Charge?
    do throws(GatewayError) {
      charge = try await setAside(bound, backend, options)
    } catch {
      backend.gate.giveBack(pass)
      throw error
    }
    if call.retries.attempts == 0 { backend.gate.countFirstCall() }
    call.beginAttempt()
    let sentAt = WallTime.now
    let result: Result<ChatExchange, GatewayError>
    do throws(GatewayError) {
      // What the wait for its turn took is off the deadline.
      let limit = try options.deadline == nil ? limit : timeLimit(backend, options.deadline)
      result = .success(try await backend.transport.call(body, within: limit))
    } catch {
      result = .failure(error)
    }
    settle(result, bound, charge, backend, &call)
    let limits = Self.limits(of: result)
    if let limits, !limits.isEmpty { backend.gate.observe(limits, sentAt: sentAt) }
    backend.gate.end(
      pass, result.map(\.completion.tokens), outputClass: options.outputClass)
    return try result.get()
  }

  private func turn(
    _ estimate: LimitedCost, _ backend: Backend, _ options: ChatOptions
  ) async throws(GatewayError) -> CallGate.Pass {
    do throws(CallGate.Refusal) {
      return try await backend.gate.enter(
        estimate, lane: options.lane, owner: options.owner, deadline: options.deadline)
    } catch {
      throw backend.error(error.kind, error.message, after: error.after)
    }
  }

  /// Keeps calls from queueing for a turn that they could not pay for.
  private func refuseWhatIsSpent(
    _ bound: Cost?, _ backend: Backend, _ options: ChatOptions
  ) throws(GatewayError) {
    guard let budget, let bound,
      let refusal = budget.refusal(of: bound.micros, options.owner, lane: options.lane)
    else { return }
    throw backend.error(.budgetSpent, refusal.message, after: refusal.after)
  }

  private func setAside(
    _ bound: Cost?, _ backend: Backend, _ options: ChatOptions
  ) async throws(GatewayError) -> BudgetKeeper.Charge? {
    guard let budget, let bound else { return nil }
    do throws(BudgetKeeper.Refusal) {
      return try await budget.reserve(
        bound.micros, options.owner ?? CallOwner(partition: 0, of: 1), lane: options.lane)
    } catch {
      throw backend.error(.budgetSpent, error.message, after: error.after)
    }
  }

  /// Books what the call cost: what the reply says, nothing for what was refused, the upper bound where nobody knows.
  private func settle(
    _ result: Result<ChatExchange, GatewayError>, _ bound: Cost?, _ charge: BudgetKeeper.Charge?,
    _ backend: Backend, _ call: inout LogicalCall
  ) {
    let cost: Cost?
    switch result {
    case .success(let exchange):
      backend.telemetry.called(outcome: "ok")
      cost = exchange.completion.tokens.map(backend.cost(of:)) ?? bound
    case .failure(let error):
      backend.telemetry.called(outcome: error.kind.word)
      cost = error.mayHaveUsedTokens ? bound : nil
    }
    backend.telemetry.charged(cost)
    call.add(cost)
    if let charge { budget?.settle(charge, cost: cost?.micros ?? 0) }
  }

  private static func limits(of result: Result<ChatExchange, GatewayError>) -> RateLimits? {
    switch result {
    case .success(let exchange): exchange.limits
    case .failure(let error): error.rateLimits
    }
  }

  /// How long the next call may take.
  ///
  /// - Throws: `cancelled` or `deadlineExceeded` when there may be no next call.
  private func timeLimit(
    _ backend: Backend, _ deadline: ContinuousClock.Instant?
  ) throws(GatewayError) -> TimeLimit {
    if Task.isCancelled { throw backend.error(.cancelled, "the task was cancelled") }
    let timeout = backend.deployment.requestTimeout
    guard let deadline else { return TimeLimit(timeout, kind: .timeout) }
    let remaining = deadline - .now
    guard remaining > .zero else {
      throw backend.error(.deadlineExceeded, "the deadline passed before the call")
    }
    return remaining < timeout
      ? TimeLimit(remaining, kind: .deadlineExceeded) : TimeLimit(timeout, kind: .timeout)
  }
}

extension ChatReply {
  init(_ exchange: ChatExchange, of call: LogicalCall, from backend: Backend) {
    let completion = exchange.completion
    let choice = completion.choices?.first
    self.init(
      content: choice?.message.content ?? "", refusal: choice?.message.refusal,
      finishReason: FinishReason(wire: choice?.finishReason),
      model: completion.model ?? backend.deployment.model, responseID: completion.id,
      usage: completion.tokens, deployment: backend.deployment, servedBy: exchange.servedBy,
      cost: call.cost, attempts: call.retries.attempts, wastedTokens: call.wastedTokens,
      startedAt: call.startedAt, duration: .now - call.start)
  }
}
