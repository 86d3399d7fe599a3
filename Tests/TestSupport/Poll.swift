/// Waits until `condition` holds, looking again every 10 ms; throws when it does not within `limit`.
public func poll(
  _ what: String, limit: Duration = .seconds(30), until condition: () async throws -> Bool
) async throws {
  let clock = ContinuousClock()
  let deadline = clock.now + limit
  while try await !condition() {
    guard clock.now < deadline else {
      throw TestSupportError("waited \(limit) for \(what)")
    }
    try await clock.sleep(for: .milliseconds(10))
  }
}

/// Runs `body`; throws when it has not ended within `limit`, without waiting for it any longer.
public func within<T: Sendable>(
  _ limit: Duration, _ what: String, _ body: @escaping @Sendable () async throws -> T
) async throws -> T {
  let (outcomes, outcome) = AsyncStream<Result<T, any Error>>.makeStream(
    bufferingPolicy: .bufferingOldest(1))
  let work = Task {
    do { outcome.yield(.success(try await body())) } catch { outcome.yield(.failure(error)) }
  }
  let timer = Task {
    try await ContinuousClock().sleep(for: limit)
    outcome.yield(.failure(TestSupportError("\(what) took longer than \(limit)")))
  }
  defer {
    work.cancel()
    timer.cancel()
  }
  for await result in outcomes { return try result.get() }
  throw CancellationError()
}
