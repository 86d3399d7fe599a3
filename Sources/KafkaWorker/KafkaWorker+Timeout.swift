import Kafka
import Synchronization
import WorkerRuntime

extension KafkaWorker {
  /// Handles messages, or fails to `retry` when that takes longer than it may.
  ///
  /// A handler that is given up on is cancelled; until it returns it keeps its room, since it still uses the process.
  /// What it returns then is thrown away.
  func handleInTime(
    _ records: [KafkaRecord], _ context: WorkContext
  ) async throws -> WorkResult {
    guard let limit = configuration.handlerTimeout else {
      return try await handler.handle(records, context)
    }
    let race = Race<WorkResult>()
    let handling = Task {
      let result: Result<WorkResult, any Error>
      do { result = .success(try await handler.handle(records, context)) } catch {
        result = .failure(error)
      }
      if !race.end(result) { core.withLock { $0.strays -= 1 } }
    }
    let timer = Task {
      try await Task.sleep(for: limit)
      let failure = WorkFailure(
        .retry, reason: "handler_timeout", detail: "not done within \(limit)")
      let won = core.withLock { core in
        guard race.end(.failure(failure)) else { return false }
        core.strays += 1
        return true
      }
      if won { handling.cancel() }
    }
    defer { timer.cancel() }
    return try await withTaskCancellationHandler {
      try await race.value()
    } onCancel: {
      handling.cancel()
    }
  }
}

/// The first of several results, for one who waits.
private final class Race<Value: Sendable>: Sendable {
  private enum State {
    case open(CheckedContinuation<Value, any Error>?)
    case ended(Result<Value, any Error>)
  }

  private let state = Mutex(State.open(nil))

  /// Returns false if it had ended before.
  func end(_ result: sending Result<Value, any Error>) -> Bool {
    let (won, waiter): (Bool, CheckedContinuation<Value, any Error>?) = state.withLock { state in
      guard case .open(let waiter) = state else { return (false, nil) }
      state = .ended(result)
      return (true, waiter)
    }
    waiter?.resume(with: result)
    return won
  }

  func value() async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
      let ended: Result<Value, any Error>? = state.withLock { state in
        if case .ended(let result) = state { return result }
        state = .open(continuation)
        return nil
      }
      if let ended { continuation.resume(with: ended) }
    }
  }
}
