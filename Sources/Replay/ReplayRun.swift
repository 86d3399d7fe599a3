import Foundation
import HighlightStore
import HighlightsProtocol
import Kafka
import Logging

/// Makes, resumes and previews replays.
public struct ReplayRun: Sendable {
  /// How long a runner may be silent before another may take its job over.
  public static let defaultPatience: Duration = .seconds(30)

  /// Told now and then how far a replay is, one call after the other.
  public typealias OnProgress = @Sendable (ReplayProgressReport) -> Void

  let client: KafkaClientConfiguration
  let producer: KafkaProducer
  let log: ReplayJobLog
  let store: (any HighlightStore)?
  let lagGroup: String
  let patience: Duration
  let logger: Logger
  let spent: @Sendable () -> ReplaySpent?
  let onProgress: OnProgress

  /// - Parameters:
  ///   - producer: publishes the messages; one that lingers.
  ///   - store: what `ReplaySpec.store` names.
  ///   - lagGroup: the group that commits for the readers of the target; see `ReplaySpec.maxInFlight`.
  ///   - spent: what the replay's searches cost so far; nil where that is not known.
  public init(
    client: KafkaClientConfiguration, producer: KafkaProducer, log: ReplayJobLog,
    store: (any HighlightStore)? = nil, lagGroup: String = "", patience: Duration = defaultPatience,
    logger: Logger = Logger(label: "replay"),
    spent: @escaping @Sendable () -> ReplaySpent? = { nil },
    onProgress: @escaping OnProgress = { _ in }
  ) {
    self.client = client
    self.producer = producer
    self.log = log
    self.store = store
    self.lagGroup = lagGroup
    self.patience = patience
    self.logger = logger
    self.spent = spent
    self.onProgress = onProgress
  }

  /// Makes a job and works on it until it is done, paused or cancelled.
  ///
  /// - Parameter onStart: told the job's id before anything is published.
  /// - Returns: the job as it is then.
  /// - Throws: ``ReplayError``; `CancellationError` when the task is cancelled, the job being paused then.
  public func start(
    _ request: ReplayRequest, onStart: (ReplayJobState) -> Void = { _ in }
  ) async throws -> ReplayJobState {
    let now = UnixTime.now
    var (state, keys) = try await request.job(
      id: ReplayJobState.newID(now: now), client: client, now: now, logger: logger)
    state.runner = Self.newRunner()
    let ends = try await TopicRanges(client: client, logger: logger).whole(log.topic)
      .mapValues(\.upperBound)
    if let keys { try await log.write(keys, of: state.id) }
    try await log.write(state)
    onStart(state)
    return try await work(on: state, keys ?? [], ends)
  }

  /// Goes on with a job, whoever worked on it before.
  ///
  /// - Returns: the job as it is then.
  /// - Throws: as ``start(_:onStart:)``; an unknown, a finished or a busy job besides.
  public func resume(
    _ id: String, onStart: (ReplayJobState) -> Void = { _ in }
  ) async throws -> ReplayJobState {
    let (state, keys, ends) = try await log.claim(
      id, runner: Self.newRunner(), patience: patience, now: .now)
    guard state.spec.filters.keyCount == UInt32(keys?.count ?? 0) else {
      throw ReplayError.invalid(
        what: "keys of replay", value: id,
        allowed: "\(state.spec.filters.keyCount), of which \(keys?.count ?? 0) can be read")
    }
    onStart(state)
    return try await work(on: state, keys ?? [], ends)
  }

  private func work(
    on state: ReplayJobState, _ keys: [KeyDigest], _ ends: [Int32: Int64]
  ) async throws -> ReplayJobState {
    let target: ReplayTarget
    if state.spec.store.isEmpty {
      target = .topic(
        producer, state.spec.target,
        ReplayHeader(
          job: state.id, forceRefresh: state.spec.forceRefresh,
          variant: state.spec.hasVariant ? state.spec.variant : nil))
    } else if let store {
      target = .store(store, variant: state.spec.variant)
    } else {
      throw ReplayError.invalid(what: "store", value: state.spec.store, allowed: "one that is open")
    }
    let orders = ReplayOrders()
    return try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        await log.follow(state, from: ends, orders)
      }
      defer { group.cancelAll() }
      return try await ReplaySession(
        self, state: state, keys: keys, target: target, orders: orders
      ).run()
    }
  }

  /// Counts what a request would publish, and publishes nothing. No job is made.
  public func preview(_ request: ReplayRequest, _ rule: TokenRule) async throws -> ReplayPreview {
    var (state, keys) = try await request.job(
      id: "preview", client: client, now: .now, logger: logger)
    // The set is the same in any order, and this one is read in one go.
    state.spec.order = .unspecified
    let selection = ReplaySelection(job: state, keys: keys ?? [], client: client, logger: logger)
    var preview = ReplayPreview()
    let (make, add) = (
      { (message: KafkaMessage) -> ReplayItem? in
        message.withValue {
          ReplayItem(message, .measured(bytes: $0.count, tokens: rule.inputTokens(of: $0)))
        }
      },
      { (step: ReplaySelection.Step) in
        preview.counts.add(step.counts)
        for item in step.items { preview.add(item, rule) }
      }
    )
    let facts = try await selection.facts { _ in }
    let filter = selection.filter(facts)
    if state.spec.every {
      try await selection.every(filter, make, add)
    } else {
      let (chosen, counts) = try await selection.choose(filter, facts) { _ in }
      preview.counts = counts
      try await selection.inOrderOfOffsets(chosen, make, add)
    }
    return preview
  }

  private static func newRunner() -> String {
    "\(ProcessInfo.processInfo.hostName)/\(ProcessInfo.processInfo.processIdentifier)/"
      + UUID().uuidString.prefix(8).lowercased()
  }
}

/// What a replay's searches cost.
public struct ReplaySpent: Sendable, Hashable {
  /// Millionths of ``currency``.
  public var micros: UInt64
  /// ISO 4217.
  public var currency: String

  public init(micros: UInt64, currency: String) {
    self.micros = micros
    self.currency = currency
  }
}

/// How far a replay is.
public struct ReplayProgressReport: Sendable {
  public enum Phase: String, Sendable {
    /// The highlights are read that the filters ask about.
    case facts
    /// The latest message of each key is looked for.
    case choosing
    case publishing
  }

  public let phase: Phase
  /// Offsets passed, or messages published where it is known how many there are.
  public let done: Int
  public let total: Int
  public let counts: ReplayCounts
  /// Whether it waits for the readers of the target.
  public let isWaiting: Bool
}
