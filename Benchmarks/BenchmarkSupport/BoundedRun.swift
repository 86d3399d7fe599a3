import Logging
import UnixSignals

/// A run that ends by itself.
public enum BoundedRun {
  /// Runs `body` and cancels it at the limit or when a signal asks for an end; `body` tidies up before this throws.
  public static func run(
    limit: Duration, _ body: @escaping @Sendable () async throws -> Void
  ) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await body() }
      group.addTask {
        try await Task.sleep(for: limit)
        throw BenchmarkError("not ended within \(limit)")
      }
      group.addTask {
        for await signal in await UnixSignalsSequence(trapping: .sigint, .sigterm) {
          throw BenchmarkError("ended by \(signal)")
        }
        throw CancellationError()
      }
      defer { group.cancelAll() }
      try await group.next()
    }
  }
}
