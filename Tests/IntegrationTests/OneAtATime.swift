import Synchronization
import Testing

/// Tests that run whole processes take turns, across suites: several at once on a small machine would
/// measure each other's load.
struct OneAtATime: SuiteTrait, TestTrait, TestScoping {
  var isRecursive: Bool { true }

  private static let turn = Turn()

  func provideScope(
    for test: Test, testCase: Test.Case?, performing body: @Sendable () async throws -> Void
  ) async throws {
    await Self.turn.take()
    defer { Self.turn.pass() }
    try await body()
  }

  /// First come, first served.
  private final class Turn: Sendable {
    private let state = Mutex<(taken: Bool, waiting: [CheckedContinuation<Void, Never>])>(
      (false, []))

    func take() async {
      await withCheckedContinuation { continuation in
        let isMine = state.withLock { state in
          guard state.taken else {
            state.taken = true
            return true
          }
          state.waiting.append(continuation)
          return false
        }
        if isMine { continuation.resume() }
      }
    }

    func pass() {
      let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
        guard !state.waiting.isEmpty else {
          state.taken = false
          return nil
        }
        return state.waiting.removeFirst()
      }
      next?.resume()
    }
  }
}

extension Trait where Self == OneAtATime {
  /// No other test with this trait runs meanwhile.
  static var oneAtATime: OneAtATime { OneAtATime() }
}
