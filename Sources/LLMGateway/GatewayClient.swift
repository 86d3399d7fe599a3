import Logging
import Tracing

import struct Foundation.Date

/// A chat client of one ``Deployment`` with its own connections.
///
/// All retries happen in one loop, `answer(_:deadline:)`; nothing above or below repeats a call.
public final class GatewayClient: ChatGateway {
  public let deployment: Deployment
  public let retryPolicy: RetryPolicy
  private let transport: ChatTransport
  private let telemetry: ChatTelemetry
  private let logger: Logger

  /// Opens no connection yet; ``shutdown()`` must be called before the client is released.
  ///
  /// - Parameter maximumReplyBytes: A larger reply is refused as malformed.
  public init(
    _ deployment: Deployment, retryPolicy: RetryPolicy = RetryPolicy(),
    maximumReplyBytes: Int = 4 << 20, logger: Logger
  ) {
    self.deployment = deployment
    self.retryPolicy = retryPolicy
    transport = ChatTransport(deployment, maximumReplyBytes: maximumReplyBytes)
    telemetry = ChatTelemetry(deployment)
    var logger = logger
    logger[metadataKey: "deployment"] = "\(deployment.name)"
    self.logger = logger
  }

  /// Closes all connections; calls in flight end as cancelled. Calling it again changes nothing.
  public func shutdown() async {
    do {
      try await transport.shutdown()
    } catch {
      logger.debug("already shut down", metadata: ["error": "\(error)"])
    }
  }

  public func complete(
    _ request: ChatRequest, deadline: ContinuousClock.Instant?
  ) async throws(GatewayError) -> ChatReply {
    try await withSpan(telemetry.spanName, ofKind: .client) { span in
      telemetry.began(request, on: span)
      let start = ContinuousClock.now
      let result: Result<ChatReply, GatewayError>
      do throws(GatewayError) {
        result = .success(try await answer(request, deadline: deadline))
      } catch {
        result = .failure(error)
      }
      telemetry.ended(result, took: .now - start, on: span)
      return result
    }.get()
  }

  /// The one loop of calls and waits.
  private func answer(
    _ request: ChatRequest, deadline: ContinuousClock.Instant?
  ) async throws(GatewayError) -> ChatReply {
    let body = try transport.encode(request)
    let startedAt = Date()
    let start = ContinuousClock.now
    var retries = RetryState(retryPolicy)
    var wasted = 0
    while true {
      let limit = try timeLimit(deadline, attempts: retries.attempts, wasted: wasted)
      retries.beginAttempt()
      var failure: GatewayError
      do throws(GatewayError) {
        let completion = try await transport.call(body, within: limit)
        telemetry.called(outcome: "ok")
        return ChatReply(
          completion, asked: deployment.model, attempts: retries.attempts, wastedTokens: wasted,
          startedAt: startedAt, duration: .now - start)
      } catch {
        failure = error
      }
      telemetry.called(outcome: failure.kind.word)
      wasted += failure.wastedTokens
      failure.attempts = retries.attempts
      failure.wastedTokens = wasted
      try await pause(after: failure, &retries, deadline: deadline)
    }
  }

  /// How long the next call may take.
  ///
  /// - Throws: `cancelled` or `deadlineExceeded` when there may be no next call.
  private func timeLimit(
    _ deadline: ContinuousClock.Instant?, attempts: Int, wasted: Int
  ) throws(GatewayError) -> TimeLimit {
    if Task.isCancelled {
      throw GatewayError(
        kind: .cancelled, deployment: deployment.name, message: "the task was cancelled",
        attempts: attempts, wastedTokens: wasted)
    }
    guard let deadline else { return TimeLimit(deployment.requestTimeout, kind: .timeout) }
    let remaining = deadline - .now
    guard remaining > .zero else {
      throw GatewayError(
        kind: .deadlineExceeded, deployment: deployment.name,
        message: "the deadline passed before the call", attempts: attempts, wastedTokens: wasted)
    }
    return remaining < deployment.requestTimeout
      ? TimeLimit(remaining, kind: .deadlineExceeded)
      : TimeLimit(deployment.requestTimeout, kind: .timeout)
  }

  /// Waits until the next call is due.
  ///
  /// - Throws: `failure` when there is to be no further call; `cancelled` out of the wait.
  private func pause(
    after failure: GatewayError, _ retries: inout RetryState, deadline: ContinuousClock.Instant?
  ) async throws(GatewayError) {
    var generator = SystemRandomNumberGenerator()
    let decision = retries.decide(
      isRetryable: failure.isRetryable, retryAfter: failure.retryAfter,
      remaining: deadline.map { $0 - .now }, using: &generator)
    guard case .retry(let delay) = decision else { throw failure }
    logger.debug(
      "calling again", metadata: ["after": "\(delay)", "error": "\(failure)"])
    do {
      try await Task.sleep(for: delay)
    } catch {
      throw GatewayError(
        kind: .cancelled, deployment: deployment.name,
        message: "the task was cancelled while it waited to repeat a call",
        attempts: failure.attempts, wastedTokens: failure.wastedTokens)
    }
  }
}

extension ChatReply {
  init(
    _ completion: ChatCompletion, asked: String, attempts: Int, wastedTokens: Int,
    startedAt: Date, duration: Duration
  ) {
    let choice = completion.choices?.first
    self.init(
      content: choice?.message.content ?? "", refusal: choice?.message.refusal,
      finishReason: FinishReason(wire: choice?.finishReason), model: completion.model ?? asked,
      responseID: completion.id, usage: completion.tokens, attempts: attempts,
      wastedTokens: wastedTokens, startedAt: startedAt, duration: duration)
  }
}
