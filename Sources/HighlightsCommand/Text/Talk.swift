import Foundation
import Observability
import Synchronization

/// Standard error: everything that is not a result.
enum Talk {
  /// Where a machine reads it: talk is then part of the log.
  static let log = Mutex<ProcessLog?>(nil)

  static func say(_ line: String) {
    if let log = log.withLock({ $0 }) { return log.say(line, label: "highlights") }
    FileHandle.standardError.write(Data((line + "\n").utf8))
  }

  static var isTerminal: Bool { isatty(FileHandle.standardError.fileDescriptor) == 1 }
}

/// Standard output: results.
enum Output {
  /// A pipe that was closed ends the process by SIGPIPE, as with every other filter.
  static func line(_ line: String) {
    FileHandle.standardOutput.write(Data((line + "\n").utf8))
  }
}
