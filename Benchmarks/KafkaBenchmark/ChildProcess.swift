import Foundation

/// The benchmark could not be run; says why.
struct BenchmarkError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

/// Text from C, up to its closing zero.
enum CText {
  static func read(_ words: [CChar]) -> String {
    words.withUnsafeBytes { read($0) }
  }

  static func read(_ bytes: UnsafeRawBufferPointer) -> String {
    String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
  }
}

/// This executable, run once more with other arguments. Its standard input stays open until `end()`.
struct ChildProcess {
  private let process = Process()
  private let input = Pipe()
  private let output = Pipe()

  init(_ arguments: [String]) throws {
    process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    process.arguments = arguments
    process.standardInput = input
    process.standardOutput = output
    try process.run()
  }

  /// The first line of what it prints.
  func line() throws -> String {
    var bytes: [UInt8] = []
    while let byte = try output.fileHandleForReading.read(upToCount: 1)?.first {
      if byte == UInt8(ascii: "\n") { return String(decoding: bytes, as: UTF8.self) }
      bytes.append(byte)
    }
    throw BenchmarkError("\(name) ended without an answer")
  }

  /// Closes its standard input, waits for its end and throws unless that was a success.
  func end() throws {
    try input.fileHandleForWriting.close()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw BenchmarkError("\(name) ended with status \(process.terminationStatus)")
    }
  }

  private var name: String { process.arguments?.prefix(3).joined(separator: " ") ?? "child" }
}
