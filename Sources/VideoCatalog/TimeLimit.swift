/// How long an operation may take.
struct TimeLimit: Sendable {
  /// Thrown out of ``run(_:)`` when the time is up.
  struct Expired: Error {}

  let duration: Duration

  /// Runs `operation` and cancels it when the time is up.
  func run<Value: Sendable>(
    _ operation: @escaping @Sendable () async throws -> Value
  ) async throws -> Value {
    try await withThrowingTaskGroup(of: Value.self) { group in
      group.addTask { try await operation() }
      group.addTask {
        try await Task.sleep(for: duration)
        throw Expired()
      }
      defer { group.cancelAll() }
      guard let value = try await group.next() else { throw CancellationError() }
      return value
    }
  }
}
