import Foundation
import Hummingbird
import Logging
import ServiceLifecycle
import Synchronization
import TestSupport

/// A call that a worker made.
struct Call: Hashable {
  var life: Int
  var message: Int
}

/// An HTTP server that counts calls and answers them as a slow gateway does: half within 100 ms, spread
/// log-normally, and every hundredth after 10 s.
final class CallCounter: Service {
  private struct State {
    var random: SeededGenerator
    var calls: [Call] = []
    var answered: Set<Int> = []
  }

  private let state: Mutex<State>
  private let onRunning: @Sendable (Int) -> Void

  init(seed: UInt64, onRunning: @escaping @Sendable (_ port: Int) -> Void) {
    state = Mutex(State(random: SeededGenerator(seed: seed)))
    self.onRunning = onRunning
  }

  /// Every call so far, whether it was answered or not.
  var calls: [Call] { state.withLock { $0.calls } }
  /// Messages of which at least one call was answered.
  var answered: Int { state.withLock { $0.answered.count } }

  func run() async throws {
    let router = Router()
    router.post("/:life/:message") { [self] _, context in
      let call = Call(
        life: try context.parameters.require("life", as: Int.self),
        message: try context.parameters.require("message", as: Int.self))
      try await Task.sleep(for: begin(call))
      state.withLock { _ = $0.answered.insert(call.message) }
      return HTTPResponse.Status.ok
    }
    var logger = Logger(label: "calls")
    logger.logLevel = .critical
    let application = Application(
      router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
      onServerRunning: { [onRunning] channel in
        if let port = channel.localAddress?.port { onRunning(port) }
      },
      logger: logger)
    try await application.run()
  }

  /// Counts a call and draws how long it takes.
  private func begin(_ call: Call) -> Duration {
    state.withLock { state in
      state.calls.append(call)
      if state.random.oneIn(100) { return .seconds(10) }
      let radius = (-2 * log(Double.random(in: 1e-9...1, using: &state.random))).squareRoot()
      let normal = radius * cos(2 * .pi * Double.random(in: 0..<1, using: &state.random))
      return .milliseconds(100) * min(exp(0.4 * normal), 20)
    }
  }
}
