import Foundation

/// Computes on a thread beside the pool of tasks: for seconds in the pool it would keep all other tests waiting.
public func onThreadOfItsOwn<T: Sendable>(
  _ body: @escaping @Sendable () throws -> T
) async throws -> T {
  try await withCheckedThrowingContinuation { continuation in
    Thread.detachNewThread { continuation.resume(with: Result { try body() }) }
  }
}
