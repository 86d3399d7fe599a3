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
    case .stopped: throw LookupServiceError.notRunning
    case .pending(let waiting):
      return try await withCheckedThrowingContinuation { state = .pending(waiting + [$0]) }
    }
  }

  func listen(on port: Int) {
    guard case .pending(let waiting) = state else { return }
    state = .listening(port)
    for continuation in waiting { continuation.resume(returning: port) }
  }

  func stop() {
    if case .pending(let waiting) = state {
      for continuation in waiting { continuation.resume(throwing: LookupServiceError.notRunning) }
    }
    state = .stopped
  }
}

/// Why a look-up service cannot say where it listens.
public enum LookupServiceError: Error, Sendable, Hashable, CustomStringConvertible {
  /// It stopped, or never could bind its port, so that it has none.
  case notRunning

  public var description: String {
    "The look-up service is not running: see why its run() ended."
  }
}
