import Highlights
import HighlightsProtocol
import Logging
import SwiftProtobuf
import Synchronization

extension LookupDesk {
  /// Has a search without a highlight written: of all look-ups of its key, one publishes it.
  ///
  /// - Returns: When to ask again.
  /// - Throws: ``APIError`` when it may not be, or cannot be, published.
  func publishOnce(_ search: Search) async throws -> Duration {
    let key = search.key.description
    let verdict = state.withLock { $0.admit(key, at: time.elapsed()) }
    switch verdict {
    case .failure(let error): throw error
    case .success(.publish):
      try await publish(search)
      metrics.countPublished()
    default: break
    }
    metrics.countQueued()
    return retryAfter(of: key)
  }

  /// Publishes searches as they came, each whatever is pending.
  ///
  /// - Parameter isTrusted: Does not count against the limit on new keys.
  /// - Throws: ``APIError``, naming how many were published before it.
  func publish(_ searches: [(Search, SearchQuery)], isTrusted: Bool) async throws {
    for (index, (search, query)) in searches.enumerated() {
      if !isTrusted {
        let verdict = state.withLock { $0.newKeys.take(at: time.elapsed()) }
        if case .refused(let retryAfter) = verdict {
          throw index == 0
            ? APIError.tooManyNewSearches(retryAfter: retryAfter)
            : .unavailable(
              "The first \(index) of \(searches.count) searches were published; then there were "
                + "too many.", retryAfter: retryAfter)
        }
      }
      state.withLock { $0.pending.markPublishedIfRoom(search.key.description, at: time.elapsed()) }
      do {
        try await send(query, search)
      } catch {
        publishFailed(search.key.description, .notPublished)
        logger.error(
          "A search was not published", metadata: ["key": "\(search.key)", "error": "\(error)"])
        throw APIError.unavailable(
          "The first \(index) of \(searches.count) searches were published; then publishing "
            + "failed.", retryAfter: .seconds(2))
      }
    }
  }

  /// Publishes a refresh, unless its highlight was withdrawn while it waited.
  func publishRefresh(_ search: Search) async throws {
    guard !isWithdrawn(key: search.key.description) else {
      state.withLock { $0.newKeys.giveBack() }
      publishFailed(search.key.description, .withdrawn(reason: "withdrawn"))
      return
    }
    try await publish(search)
  }

  /// Publishes a search that this process was told to publish.
  func publish(_ search: Search) async throws {
    var query = SearchQuery()
    query.queryID = LookupDesk.newID()
    query.text = search.text
    query.locale = search.locale.description
    query.requestedAt = time.now().timestamp
    do {
      try await send(query, search)
    } catch {
      state.withLock { $0.newKeys.giveBack() }
      publishFailed(search.key.description, .notPublished)
      logger.error(
        "A search was not published", metadata: ["key": "\(search.key)", "error": "\(error)"])
      throw APIError.notPublished
    }
  }

  /// Sends a query with its videos: a worker sees what was searched as it was then.
  private func send(_ query: SearchQuery, _ search: Search) async throws {
    var query = query
    if query.videos.isEmpty, let videos {
      let limit = configuration.videosPerSearch
      query.videos = shown(
        try await withTimeLimit(configuration.limits.work) {
          try await videos.videos(
            for: search.text, locale: search.locale.description, limit: limit)
        })
    }
    let complete = query
    try await withTimeLimit(configuration.limits.work) { [queue] in
      try await queue.publish(complete)
    }
  }

  /// The next look-up publishes; who waits is told.
  func publishFailed(_ key: String, _ error: APIError) {
    let waiting = state.withLock { state in
      state.pending.publishFailed(key).compactMap { state.continuations.removeValue(forKey: $0) }
    }
    for continuation in waiting { continuation.yield(.failed(error)) }
  }

  /// When a search that is pending has probably ended.
  func retryAfter(of key: String) -> Duration {
    state.withLock { state in
      let usual = state.pending.usualTime ?? .seconds(2)
      let now = time.elapsed()
      guard case .published(let at) = state.pending.state(of: key, at: now) else { return usual }
      return max(.seconds(1), at + usual - now)
    }
  }

  /// An id that nobody else assigns.
  static func newID() -> String {
    var generator = SystemRandomNumberGenerator()
    let halves = [generator.next(), generator.next()] as [UInt64]
    return "lookup-" + halves.map { String($0, radix: 36) }.joined()
  }
}

extension LookupDesk.State {
  /// Whether a search without a highlight is to be published, within the limit on new keys.
  fileprivate mutating func admit(
    _ key: String, at now: Duration
  ) -> Result<PendingSearches<String>.Ask, APIError> {
    guard !takedowns.isWithdrawn(key: key) else {
      return .failure(.withdrawn(reason: "withdrawn"))
    }
    pending.makeRoom(for: key, at: now)
    switch pending.state(of: key, at: now) {
    case .publish:
      if case .refused(let retryAfter) = newKeys.take(at: now) {
        return .failure(.tooManyNewSearches(retryAfter: retryAfter))
      }
      return .success(pending.ask(key, at: now))
    case .full:
      return .failure(.unavailable("Too many searches are pending.", retryAfter: .seconds(5)))
    case .resting(let reason, let retryAfter):
      return .failure(.failed(reason: reason, retryAfter: retryAfter))
    case let answer: return .success(answer)
    }
  }
}

extension APIError {
  static var notPublished: APIError {
    .unavailable("The search could not be published now.", retryAfter: .seconds(2))
  }
}
