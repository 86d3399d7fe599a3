import Foundation

/// Standard error: everything that is not a result.
enum Talk {
  static func say(_ line: String) {
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
