import Foundation
import TestSupport

/// Debian's Kafka client, which shares no code of ours.
enum Kcat {
  private static let path = "/usr/bin/kcat"

  static let howToInstall = "needs kcat: apt-get install kcat"
  static var isInstalled: Bool { FileManager.default.isExecutableFile(atPath: path) }

  /// Runs it to its end and returns what it printed; throws when it fails.
  static func run(_ arguments: [String], input: [String] = []) async throws -> String {
    try await withCheckedThrowingContinuation { continuation in
      // Waits for the process: not on Swift's own threads.
      DispatchQueue.global().async {
        continuation.resume(with: Result { try wait(arguments, input) })
      }
    }
  }

  private static func wait(_ arguments: [String], _ lines: [String]) throws -> String {
    let (input, output) = (Pipe(), Pipe())
    let process = Process()
    process.executableURL = URL(filePath: path)
    process.arguments = arguments
    process.standardInput = input
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.runHearingSignals()
    // It prints nothing before its input has ended, so neither pipe can fill while the other is waited for.
    input.fileHandleForWriting.write(Data(lines.map { $0 + "\n" }.joined().utf8))
    try input.fileHandleForWriting.close()
    let data = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw TestSupportError("kcat \(arguments) exited with \(process.terminationStatus)")
    }
    return String(decoding: data, as: UTF8.self)
  }
}
