/// The port of a server that may not be listening yet.
actor BoundPort {
  private enum State {
    case pending([CheckedContinuation<Int, any Error>])
    case listening(Int)
    case stopped
  }

  private var state = State.pending([])

  /// Waits until the server listens; it always either does or stops, so this returns.
  func value() async throws -> Int {
    switch state {
    case .listening(let port): return port
    case .stopped: throw GatewaySimulatorError.notRunning
    case .pending(let waiting):
      return try await withCheckedThrowingContinuation {
        state = .pending(waiting + [$0])
      }
    }
  }

  func listen(on port: Int) {
    guard case .pending(let waiting) = state else { return }
    state = .listening(port)
    for continuation in waiting { continuation.resume(returning: port) }
  }

  func stop() {
    if case .pending(let waiting) = state {
      for continuation in waiting {
        continuation.resume(throwing: GatewaySimulatorError.notRunning)
      }
    }
    state = .stopped
  }
}
