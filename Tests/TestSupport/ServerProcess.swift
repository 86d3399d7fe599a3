import Foundation
import Glibc
import Synchronization

/// A server process that ends by SIGTERM, and whose exit is waited for.
public final class ServerProcess: Sendable {
  public let id: pid_t
  private let exit: Exit

  /// Starts an executable; its output is dropped.
  public init(executable: URL, arguments: [String]) throws {
    let process = Process()
    process.executableURL = executable
    process.arguments = arguments
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    let exit = Exit()
    process.terminationHandler = { _ in exit.happened() }
    try process.runHearingSignals()
    id = process.processIdentifier
    self.exit = exit
  }

  /// Sends SIGTERM and waits for the exit. May be called again.
  public func terminate() async { await exit.wait { [id] in kill(id, SIGTERM) } }

  private final class Exit: Sendable {
    private let state = Mutex<(exited: Bool, waiters: [CheckedContinuation<Void, Never>])>(
      (false, []))

    /// Asks only a process that has not exited: its identifier could be another's by now.
    func wait(asking ask: () -> Int32) async {
      await withCheckedContinuation { continuation in
        let exited = state.withLock { state in
          guard !state.exited else { return true }
          state.waiters.append(continuation)
          _ = ask()
          return false
        }
        if exited { continuation.resume() }
      }
    }

    func happened() {
      let waiters = state.withLock { state in
        state.exited = true
        defer { state.waiters = [] }
        return state.waiters
      }
      for waiter in waiters { waiter.resume() }
    }
  }
}
