import Foundation
import Synchronization

/// What all requests of a simulator share, behind one lock.
final class GatewaySimulatorState: Sendable {
  private struct Contents {
    var queue: AdmissionQueue
    var continuations: [AdmissionQueue.Ticket: CheckedContinuation<Bool, Never>] = [:]
    var sampler: LatencySampler
    var statistics = GatewaySimulatorStatistics()
    var desk: AdmissionDesk
  }

  /// A place for a request, now or in turn.
  struct Place: Sendable {
    fileprivate let entry: AdmissionQueue.Entry
    let latency: Duration
    let standing: SimulatorLimits.Standing?
    /// Whether it has to wait for its turn first.
    var isInTurn: Bool { entry != .admitted }
  }

  enum Admission: Sendable {
    case place(Place)
    case refused(GatewayRefusal, SimulatorLimits.Standing?)
  }

  private let contents: Mutex<Contents>
  private let clock = ContinuousClock()
  private let started: ContinuousClock.Instant
  private let startedAt = Date().timeIntervalSince1970

  init(_ configuration: GatewaySimulatorConfiguration) {
    started = clock.now
    contents = Mutex(
      Contents(
        queue: AdmissionQueue(
          limit: configuration.maxConcurrency, maxWaiting: configuration.maxQueued),
        sampler: LatencySampler(configuration.latency, seed: configuration.seed),
        desk: AdmissionDesk(configuration.behavior, seed: configuration.seed, at: .zero)))
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

  // The clock is read inside the lock: windows see times in order.
  private var now: Duration { clock.now - started }

  /// Counts a request and decides what goes wrong with it; tells its number, from 1.
  func receive(isAuthorized: Bool) -> (number: Int, receipt: AdmissionDesk.Receipt) {
    contents.withLock {
      $0.statistics.requests += 1
      return (
        $0.statistics.requests, $0.desk.receive(isAuthorized: isAuthorized, at: now)
      )
    }
  }

  /// How long a stalled request has to stay before it asks again; nil when it may go on.
  func stall() -> Duration? {
    contents.withLock { $0.desk.plan.stall(at: now) }
  }

  /// What a request meets that was stalled.
  func release() -> SimulatedFault? {
    contents.withLock { $0.desk.release(at: now) }
  }

  /// The limits as they stand; nil when there are none.
  var standing: SimulatorLimits.Standing? {
    contents.withLock { $0.desk.standing(at: now) }
  }

  /// Asks for a place; the limits and the queue are asked in one step, so that what is refused for
  /// one takes nothing of the other.
  ///
  /// - Throws: ``GatewaySimulatorError/queueFull``.
  func admit(
    tokens: Int, _ receipt: AdmissionDesk.Receipt
  ) throws(GatewaySimulatorError) -> Admission {
    let admission: Admission? = contents.withLock { contents in
      if contents.queue.isFull {
        contents.statistics.refused += 1
        contents.desk.refuse(.queueFull, receipt, at: now)
        return nil
      }
      switch contents.desk.admit(tokens: tokens, receipt, at: now) {
      case .refused(let refusal, let standing): return .refused(refusal, standing)
      case .admitted(let standing):
        return .place(
          Place(
            entry: contents.queue.enter(), latency: contents.sampler.next(), standing: standing))
      }
    }
    guard let admission else { throw .queueFull }
    return admission
  }

  /// Counts a request that is refused for what it is.
  func refuse(_ receipt: AdmissionDesk.Receipt) {
    contents.withLock { $0.desk.refuse(.invalidRequest, receipt, at: now) }
  }

  /// Runs `work` in its turn.
  ///
  /// - Parameter work: returns what to count as completed; nil for nothing.
  /// - Throws: `CancellationError` when cancelled while waiting, or what `work` throws.
  func serve<Result>(
    in place: Place, _ work: () async throws -> (Result, completed: ReplyUsage?)
  ) async throws -> Result {
    if case .waiting(let ticket) = place.entry { try await turn(of: ticket) }
    do {
      let (result, completed) = try await work()
      leave(completed)
      return result
    } catch {
      leave(nil)
      throw error
    }
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

  private func leave(_ completed: ReplyUsage?) {
    let continuation = contents.withLock { contents in
      if let completed {
        contents.statistics.completed += 1
        contents.statistics.promptTokens += completed.promptEstimate
        contents.statistics.completionTokens += completed.told.completionTokens
        contents.desk.complete(completed.told)
      }
      return contents.queue.leave().flatMap { contents.continuations.removeValue(forKey: $0) }
    }
    continuation?.resume(returning: true)
  }
}

extension GatewaySimulatorState {
  /// What can be changed now, with its values.
  var settings: RunTimeSettings {
    contents.withLock { Self.settings(of: $0, at: now) }
  }

  /// Changes settings; nothing when `change` throws.
  @discardableResult
  func change<Failure: Error>(
    _ change: (inout RunTimeSettings) throws(Failure) -> Void
  ) throws(Failure) -> RunTimeSettings {
    let result: Result<RunTimeSettings, Failure> = contents.withLock { contents in
      let now = now
      var settings = Self.settings(of: contents, at: now)
      do throws(Failure) {
        try change(&settings)
      } catch {
        return .failure(error)
      }
      contents.sampler.latency = settings.latency
      contents.desk.change(to: settings.behavior, at: now)
      contents.desk.schedule(settings.outages.map { $0.outage(from: now) })
      return .success(Self.settings(of: contents, at: now))
    }
    return try result.get()
  }

  var ledger: GatewayLedger {
    contents.withLock { $0.desk.ledger(at: now, start: startedAt) }
  }

  func resetLedger() {
    contents.withLock { $0.desk.resetLedger(at: now) }
  }

  private static func settings(of contents: Contents, at now: Duration) -> RunTimeSettings {
    RunTimeSettings(
      behavior: contents.desk.behavior, latency: contents.sampler.latency,
      outages: contents.desk.plan.outages.compactMap { .init($0, at: now) })
  }
}
