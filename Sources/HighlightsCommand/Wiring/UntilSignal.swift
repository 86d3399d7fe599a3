import Logging
import UnixSignals

/// Runs work that ends by itself, and cancels it when a signal comes.
enum UntilSignal {
  /// - Throws: what `body` throws; ``SignalCaught`` where a signal ended it.
  static func run<T: Sendable>(_ body: @escaping @Sendable () async throws -> T) async throws -> T {
    try await withThrowingTaskGroup(of: T?.self) { tasks in
      tasks.addTask { try await body() }
      tasks.addTask {
        for await _ in await UnixSignalsSequence(trapping: .sigint, .sigterm) { break }
        return nil
      }
      defer { tasks.cancelAll() }
      guard let first = try await tasks.next() else { throw CancellationError() }
      if let first { return first }
      // The work tidies up before it ends.
      tasks.cancelAll()
      do {
        while let rest = try await tasks.next() {
          if let rest { return rest }
        }
      } catch is CancellationError {}
      throw SignalCaught()
    }
  }
}

/// A signal ended it before it was done.
struct SignalCaught: Error, CustomStringConvertible {
  var description: String { "interrupted; --resume goes on with the job" }
}
