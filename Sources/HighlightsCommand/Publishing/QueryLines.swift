import Foundation

/// The lines of a file or of standard input, one at a time: a file need not fit in memory.
///
/// Lines end with `\n` or `\r\n`; the last may lack it. Blank lines are left out, and counted.
struct QueryLines: Sequence, IteratorProtocol {
  struct Line: Sendable, Hashable {
    /// From 1.
    let number: Int
    let bytes: [UInt8]
  }

  private static let chunk = 1 << 20

  private let file: FileHandle
  private var buffer: [UInt8] = []
  private var start = 0
  private var number = 0
  private var ended = false

  /// - Parameter path: `-` is standard input.
  /// - Throws: `QueryFileError` when it cannot be opened.
  init(path: String) throws {
    if path == "-" {
      file = .standardInput
    } else {
      guard let file = FileHandle(forReadingAtPath: path) else { throw QueryFileError(path: path) }
      self.file = file
    }
    // The first read finds what opens and cannot be read, such as a folder.
    do { buffer = Array(try file.read(upToCount: Self.chunk) ?? Data()) } catch {
      throw QueryFileError(path: path)
    }
  }

  /// How many lines a file has; nil for what can be read only once, such as a pipe: counting would eat it.
  static func count(path: String) throws -> Int? {
    let type = try? FileManager.default
      .attributesOfItem(atPath: URL(filePath: path).resolvingSymlinksInPath().path)[.type]
    guard path != "-", type as? FileAttributeType == .typeRegular else { return nil }
    return try QueryLines(path: path).reduce(0) { count, _ in count + 1 }
  }

  mutating func next() -> Line? {
    while true {
      if let newline = buffer[start...].firstIndex(of: UInt8(ascii: "\n")) {
        let line = line(upTo: newline)
        start = newline + 1
        if let line { return line }
      } else if ended {
        guard start < buffer.count else { return nil }
        let line = line(upTo: buffer.count)
        start = buffer.count
        return line
      } else {
        buffer.removeFirst(start)
        start = 0
        let more = file.readData(ofLength: Self.chunk)
        ended = more.isEmpty
        buffer += more
      }
    }
  }

  private mutating func line(upTo end: Int) -> Line? {
    number += 1
    var bytes = buffer[start..<end]
    if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
    let isBlank = bytes.allSatisfy { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
    return isBlank ? nil : Line(number: number, bytes: Array(bytes))
  }
}

/// A file of searches that cannot be read.
struct QueryFileError: Error, CustomStringConvertible {
  let path: String
  var description: String { "\(path) cannot be read: \(String(cString: strerror(errno)))" }
}
