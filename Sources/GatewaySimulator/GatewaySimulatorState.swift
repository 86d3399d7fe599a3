import Synchronization

/// What all requests of a simulator share, behind one lock.
final class GatewaySimulatorState: Sendable {
  private struct Contents {
    var queue: AdmissionQueue
    var continuations: [AdmissionQueue.Ticket: CheckedContinuation<Bool, Never>] = [:]
    var sampler: LatencySampler
    var statistics = GatewaySimulatorStatistics()
  }

  private let contents: Mutex<Contents>

  init(_ configuration: GatewaySimulatorConfiguration) {
    contents = Mutex(
      Contents(
        queue: AdmissionQueue(
          limit: configuration.maxConcurrency, maxWaiting: configuration.maxQueued),
        sampler: LatencySampler(configuration.latency, seed: configuration.seed)))
  }

  var statistics: GatewaySimulatorStatistics {
    contents.withLock { contents in
      var statistics = contents.statistics
      statistics.inFlight = contents.queue.inFlight
      statistics.maxInFlight = contents.queue.maxInFlight
      statistics.queued = contents.queue.queued
      return statistics
    }
  }

  /// Counts a request; returns its number, from 1.
  func countRequest() -> Int {
    contents.withLock {
      $0.statistics.requests += 1
      return $0.statistics.requests
    }
  }

  func countCompletion(_ usage: ChatCompletion.Usage) {
    contents.withLock {
      $0.statistics.completed += 1
      $0.statistics.promptTokens += usage.promptTokens
      $0.statistics.completionTokens += usage.completionTokens
    }
  }

  func nextLatency() -> Duration {
    contents.withLock { $0.sampler.next() }
  }

  /// Runs `work` when there is a place for it.
  ///
  /// - Throws: ``GatewaySimulatorError/queueFull`` without running it, `CancellationError` when
  ///   cancelled while waiting, or what `work` throws.
  func admitted<Result>(_ work: () async throws -> Result) async throws -> Result {
    let entry = contents.withLock { contents in
      let entry = contents.queue.enter()
      if entry == .refused { contents.statistics.refused += 1 }
      return entry
    }
    switch entry {
    case .admitted: break
    case .refused: throw GatewaySimulatorError.queueFull
    case .waiting(let ticket): try await turn(of: ticket)
    }
    defer { leave() }
    return try await work()
  }

  private func turn(of ticket: AdmissionQueue.Ticket) async throws {
    let isAdmitted = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        // Its turn or its cancellation may have come before the continuation was there to resume.
        let outcome: Bool? = contents.withLock { contents in
          guard contents.queue.isWaiting(ticket) else { return true }
          if Task.isCancelled {
            contents.queue.abandon(ticket)
            return false
          }
          contents.continuations[ticket] = continuation
          return nil
        }
        if let outcome { continuation.resume(returning: outcome) }
      }
    } onCancel: {
      let continuation = contents.withLock { contents in
        let continuation = contents.continuations.removeValue(forKey: ticket)
        if continuation != nil { contents.queue.abandon(ticket) }
        return continuation
      }
      continuation?.resume(returning: false)
    }
    if !isAdmitted { throw CancellationError() }
  }

  private func leave() {
    let continuation = contents.withLock { contents in
      contents.queue.leave().flatMap { contents.continuations.removeValue(forKey: $0) }
    }
    continuation?.resume(returning: true)
  }
}
