import Foundation
import Glibc
import Synchronization
import TestSupport

/// This executable, run once more with other arguments. Its standard input stays open until it is to end.
public final class LoadProcess: Sendable {
  public let id: pid_t
  private let name: String
  private let input: FileHandle
  private let lines: AsyncStream<String>
  private let exit: Task<Int32, Never>
  private let hasExited: ExitFlag

  public init(_ arguments: [String]) throws {
    let process = Process()
    let input = Pipe()
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    process.arguments = arguments
    process.standardInput = input
    process.standardOutput = output
    let (exits, exited) = AsyncStream<Int32>.makeStream()
    let hasExited = ExitFlag()
    process.terminationHandler = { process in
      hasExited.value.withLock { $0 = true }
      exited.yield(process.terminationStatus)
      exited.finish()
    }
    lines = Self.lines(of: output.fileHandleForReading)
    try process.runHearingSignals()
    id = process.processIdentifier
    name = arguments.prefix(1).joined()
    self.input = input.fileHandleForWriting
    self.hasExited = hasExited
    exit = Task {
      for await status in exits { return status }
      return -1
    }
  }

  /// Runs `body` beside such a process. Ends it in good order afterwards, by force when `body` throws.
  public static func run<T>(
    _ arguments: [String], _ body: (LoadProcess) async throws -> T
  ) async throws -> T {
    let child = try LoadProcess(arguments)
    do {
      let result = try await body(child)
      try await child.end()
      return result
    } catch {
      await child.kill()
      throw error
    }
  }

  /// The next line of what it prints.
  public func line() async throws -> String {
    for await line in lines { return line }
    throw BenchmarkError("\(name) ended without an answer")
  }

  /// Closes its standard input, waits for its end and throws unless that was a success.
  public func end() async throws {
    try input.close()
    let status = await exit.value
    guard status == 0 else { throw BenchmarkError("\(name) ended with status \(status)") }
  }

  /// Ends it by SIGKILL and waits until it is gone; false when it had ended by itself.
  @discardableResult
  public func kill() async -> Bool {
    // Only a process that has not exited: its identifier could be another's by now.
    let asked = hasExited.value.withLock { $0 ? false : Glibc.kill(id, SIGKILL) == 0 }
    _ = await exit.value
    return asked
  }

  /// Whether it ended, by itself or not.
  public var isGone: Bool { hasExited.value.withLock { $0 } }

  private static func lines(of output: FileHandle) -> AsyncStream<String> {
    let (lines, line) = AsyncStream<String>.makeStream()
    let rest = Rest()
    output.readabilityHandler = { output in
      let data = output.availableData
      guard !data.isEmpty else {
        output.readabilityHandler = nil
        return line.finish()
      }
      rest.bytes.withLock { bytes in
        bytes += data
        while let end = bytes.firstIndex(of: UInt8(ascii: "\n")) {
          line.yield(String(decoding: bytes[..<end], as: UTF8.self))
          bytes.removeSubrange(...end)
        }
      }
    }
    return lines
  }

  private final class ExitFlag: Sendable { let value = Mutex(false) }
  private final class Rest: Sendable { let bytes = Mutex<[UInt8]>([]) }
}
