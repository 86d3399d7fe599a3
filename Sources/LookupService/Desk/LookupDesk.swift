import HighlightStore
import Highlights
import HighlightsProtocol
import Logging
import Synchronization

/// Finds highlights in memory and in the store, has what is missing written, and tells those who
/// wait.
///
/// All that changes is in one value behind one lock that is held for no longer than a look at it;
/// what comes of a change is done after it is let go.
final class LookupDesk: Sendable {
  struct Cached: Sendable {
    var highlight: PreparedHighlight
    /// From then on the store is asked again.
    var readAgainAt: Duration
  }

  struct State: Sendable {
    var cache: FrequencyCache<VariantKey, Cached>
    /// Of the live variant only: the others are not written for look-ups.
    var pending: PendingSearches<String>
    var continuations: [PendingSearches<String>.Waiter: AsyncStream<SearchEvent>.Continuation] = [:]
    /// Those who wait for a reading of the store that another look-up does.
    var readings: [VariantKey: [CheckedContinuation<Reading?, Never>]] = [:]
    var newKeys: TokenBucket
    var liveVariant = ""
    var takedowns = Takedowns()
    var holds: [SearchHold] = []
    var isStopped = false
  }

  /// What reading the store came to.
  typealias Reading = Result<PreparedHighlight?, any Error>

  /// What a highlight takes in memory, about.
  private static let usualCost = 4_096

  let configuration: LookupServiceConfiguration
  let store: any HighlightStore
  let queue: any SearchQueue
  let videos: (any VideoFinding)?
  let time: LookupTime
  let metrics = LookupMetrics()
  let logger: Logger
  let state: Mutex<State>
  private let refreshes: AsyncStream<Search>
  private let refreshContinuation: AsyncStream<Search>.Continuation

  init(
    configuration: LookupServiceConfiguration, store: any HighlightStore, queue: any SearchQueue,
    videos: (any VideoFinding)?, time: LookupTime, logger: Logger
  ) {
    self.configuration = configuration
    self.store = store
    self.queue = queue
    self.videos = videos
    self.time = time
    self.logger = logger
    let (limits, lives) = (configuration.limits, configuration.lives)
    state = Mutex(
      State(
        cache: FrequencyCache(capacity: limits.cacheBytes, cost: Self.usualCost),
        pending: PendingSearches(
          capacity: limits.pendingSearches, publishedLife: lives.published,
          failedLife: lives.failed),
        newKeys: TokenBucket(limits.newKeys, at: time.elapsed())))
    (refreshes, refreshContinuation) = AsyncStream.makeStream(
      bufferingPolicy: .bufferingOldest(1_024))
  }

  /// The highlight of a search, or that it was queued.
  ///
  /// - Parameters:
  ///   - variant: Nil for the live one.
  ///   - wait: How long to wait for a search that has none.
  /// - Throws: ``APIError``.
  func lookUp(_ search: Search, variant: String?, wait: Duration) async throws -> LookupReply {
    let key = variantKey(of: search, variant: variant)
    if let found = try await find(key) { return served(found, for: search, key) }
    guard isLive(key) else { throw APIError.notInVariant(key.variant) }
    guard wait > .zero, let waiting = startWaiting(for: key.key) else {
      return .queued(retryAfter: try await publishOnce(search))
    }
    defer { stopWaiting(waiting.waiter) }
    // It may have come by between the look and the first moment of waiting.
    if let found = remembered(key) { return served(found, for: search, key) }
    let retryAfter = try await publishOnce(search)
    let timer = Task {
      try await ContinuousClock().sleep(for: wait)
      waiting.continuation.finish()
    }
    defer { timer.cancel() }
    for await event in waiting.events {
      if let found = try await resolved(event, key) { return served(found, for: search, key) }
    }
    if let found = remembered(key) { return served(found, for: search, key) }
    return .queued(retryAfter: retryAfter)
  }

  /// The highlight that an event brings, reading the store where it is only said to be there.
  func resolved(_ event: SearchEvent, _ key: VariantKey) async throws -> PreparedHighlight? {
    switch event {
    case .highlight(let highlight): return settled(highlight, key)
    case .failed(let error): throw error
    case .ended: return try await find(key)
    case .waiting, .held: return nil
    }
  }

  func variantKey(of search: Search, variant: String?) -> VariantKey {
    let live = state.withLock { $0.liveVariant }
    return VariantKey(key: search.key.description, variant: variant ?? live)
  }

  func isLive(_ key: VariantKey) -> Bool { state.withLock { $0.liveVariant == key.variant } }

  /// Takes note of one that is about to be shown: it may be time to have it written anew.
  func served(
    _ highlight: PreparedHighlight, for search: Search, _ key: VariantKey
  ) -> LookupReply {
    let now = time.now()
    let isDue = highlight.times.wantsRefresh(
      at: now, eagerness: configuration.lives.earlyRefresh, chance: time.chance())
    if isDue, !highlight.isWithdrawn, isLive(key) { refreshOnce(search) }
    let freshness = highlight.times.freshness(at: now)
    metrics.count(freshness)
    return .highlight(highlight, freshness)
  }

  private func refreshOnce(_ search: Search) {
    let key = search.key.description
    let isPublished = state.withLock { state in
      let now = time.elapsed()
      guard state.pending.state(of: key, at: now) == .publish,
        state.newKeys.take(at: now) == .taken
      else { return true }
      return state.pending.ask(key, at: now) != .publish
    }
    guard !isPublished else { return }
    guard case .enqueued = refreshContinuation.yield(search) else {
      // As many wait as may: a later look-up asks again.
      state.withLock { $0.newKeys.giveBack() }
      publishFailed(key, .unavailable("Too many refreshes wait.", retryAfter: .seconds(1)))
      return
    }
  }

  /// Publishes what stale look-ups asked for, until ``stop()``.
  func runRefreshes() async {
    await withDiscardingTaskGroup { group in
      let places = Places(8)
      for await search in refreshes {
        await places.take()
        group.addTask {
          do {
            try await self.publishRefresh(search)
          } catch {
            self.logger.warning(
              "A refresh was not published",
              metadata: ["key": "\(search.key)", "error": "\(error)"]
            )
          }
          await places.giveBack()
        }
      }
    }
  }

  /// Lets go of everyone who waits; what comes later is answered without waiting.
  func stop() {
    refreshContinuation.finish()
    let waiting = state.withLock { state in
      state.isStopped = true
      return state.continuations
    }
    for continuation in waiting.values { continuation.finish() }
  }
}
