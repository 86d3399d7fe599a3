import Foundation
import Glibc
import Synchronization

/// The `highlights` program of the same build in a process of its own, with its output kept.
///
/// `run` starts it and waits for its end; `start` leaves it running, to be signalled and waited for.
/// A process that nobody holds any more is killed.
public final class HighlightsProcess: Sendable {
  /// How a process ended.
  public enum End: Sendable, Hashable {
    case exited(Int32)
    case killed(signal: Int32)
  }

  /// An ended process, with the first bytes of what it wrote.
  public struct Result: Sendable, CustomStringConvertible {
    public let end: End
    public let output: String
    public let errors: String
    public let duration: Duration

    /// What a failed expectation should show.
    public var description: String {
      "\(end) after \(duration)\n--- stdout\n\(output.suffix(2_000))\n--- stderr\n\(errors.suffix(4_000))"
    }
  }

  /// The executable beside the test bundle, or else in `.build/debug`.
  public static var executable: URL {
    let bundle = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
    let candidates = [
      bundle.deletingLastPathComponent(),
      URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent(),
      NoidaBroker.repository.appending(path: ".build/debug"),
    ].map { $0.appending(path: "highlights") }
    return candidates.first { FileManager.default.isExecutableFile(atPath: $0.path) }
      ?? candidates[2]
  }

  /// Bytes kept of standard output and of standard error, each.
  public static let kept = 4 << 20

  public let id: pid_t
  private let name: String
  private let directory: URL
  private let started = ContinuousClock.now
  private let end: Ending

  /// Starts it at the root of the checkout, where the sample's relative path holds.
  ///
  /// - Parameter environment: added to this process's own, less its `HIGHLIGHTS_` variables.
  public static func start(
    _ arguments: [String], environment: [String: String] = [:], standardInput: URL? = nil
  ) throws -> HighlightsProcess {
    try HighlightsProcess(arguments, environment: environment, standardInput: standardInput)
  }

  /// Runs it to its end; kills it and throws when it has not ended within `limit`.
  public static func run(
    _ arguments: [String], environment: [String: String] = [:], standardInput: URL? = nil,
    limit: Duration = .seconds(120)
  ) async throws -> Result {
    let process = try start(
      arguments, environment: environment, standardInput: standardInput)
    return try await process.wait(limit: limit)
  }

  private init(
    _ arguments: [String], environment: [String: String], standardInput: URL?
  ) throws {
    let files = FileManager.default
    directory = files.temporaryDirectory.appending(path: "highlights-\(UUID().uuidString)")
    try files.createDirectory(at: directory, withIntermediateDirectories: true)
    let process = Process()
    process.executableURL = Self.executable
    process.arguments = arguments
    process.currentDirectoryURL = NoidaBroker.repository
    process.environment = ProcessInfo.processInfo.environment
      .filter { !$0.key.hasPrefix("HIGHLIGHTS_") }
      .merging(environment) { $1 }
    process.standardInput =
      try standardInput.map(FileHandle.init(forReadingFrom:))
      ?? FileHandle.nullDevice
    // Files rather than pipes: a test that looks at the output late must not stop the process.
    process.standardOutput = try Self.file(directory.appending(path: "stdout"))
    process.standardError = try Self.file(directory.appending(path: "stderr"))
    let end = Ending()
    process.terminationHandler = { process in
      let status = process.terminationStatus
      end.happened(
        process.terminationReason == .exit ? .exited(status) : .killed(signal: status))
    }
    try process.runHearingSignals()
    self.end = end
    id = process.processIdentifier
    name = "highlights \(arguments.first ?? "")"
  }

  deinit {
    kill()
    try? FileManager.default.removeItem(at: directory)
  }

  /// What it wrote on standard output so far, its first ``kept`` bytes.
  public var output: String { text("stdout") }

  /// What it wrote on standard error so far, its first ``kept`` bytes.
  public var errors: String { text("stderr") }

  /// How it ended; nil while it runs.
  public var ended: End? { end.value }

  /// Sends a signal, if it still runs.
  public func signal(_ number: Int32) { end.unlessHappened { _ = Glibc.kill(id, number) } }

  /// Asks it to end (SIGTERM).
  public func terminate() { signal(SIGTERM) }

  /// Ends it at once (SIGKILL).
  public func kill() { signal(SIGKILL) }

  /// Waits until it has written `text` on standard error; throws when it ends or `limit` passes first.
  public func says(_ text: String, limit: Duration = .seconds(30)) async throws {
    try await poll("\(name) to say \"\(text)\"; it said: \(errors.suffix(2_000))", limit: limit) {
      if errors.contains(text) { return true }
      if let ended { throw TestSupportError("\(name): \(ended) before \"\(text)\": \(errors)") }
      return false
    }
  }

  /// Waits for its end; kills it and throws when it has not come within `limit`.
  public func wait(limit: Duration = .seconds(120)) async throws -> Result {
    do {
      try await poll("\(name) to end", limit: limit) { ended != nil }
    } catch {
      kill()
      throw TestSupportError("\(error); its stderr ends with: \(errors.suffix(4_000))")
    }
    return Result(
      end: end.value ?? .exited(-1), output: output, errors: errors,
      duration: ContinuousClock.now - started)
  }

  private func text(_ name: String) -> String {
    guard
      let file = try? FileHandle(forReadingFrom: directory.appending(path: name)),
      let data = try? file.read(upToCount: Self.kept)
    else { return "" }
    return String(decoding: data, as: UTF8.self)
  }

  private static func file(_ url: URL) throws -> FileHandle {
    guard FileManager.default.createFile(atPath: url.path, contents: nil) else {
      throw TestSupportError("cannot create \(url.path)")
    }
    return try FileHandle(forWritingTo: url)
  }

  /// Set once by Foundation's thread that waits for the process.
  private final class Ending: Sendable {
    private let state = Mutex<End?>(nil)

    var value: End? { state.withLock { $0 } }

    func happened(_ end: End) { state.withLock { $0 = end } }

    /// Signals only a process that has not ended: its identifier could be another's by now.
    func unlessHappened(_ body: () -> Void) {
      state.withLock { if $0 == nil { body() } }
    }
  }
}
