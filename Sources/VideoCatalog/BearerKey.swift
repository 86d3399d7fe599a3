import Foundation

/// The credential of a video search: descriptions, dumps and interpolation show `[redacted]`.
public struct BearerKey: Sendable, Hashable {
  /// Only for the header that carries it.
  let value: String

  /// Takes a value; surrounding white space is trimmed.
  ///
  /// - Throws: ``BearerKeyError`` when it is empty or could not stand in an HTTP header.
  public init(_ value: String) throws(BearerKeyError) {
    try self.init(value, from: "The key given")
  }

  /// Reads a whole file, such as a mounted secret, once.
  ///
  /// - Throws: ``BearerKeyError`` when the file is unreadable, or as ``init(_:)``.
  public static func file(_ path: String) throws(BearerKeyError) -> BearerKey {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
      throw BearerKeyError(source: "Key file \(path)", problem: "cannot be read as UTF-8 text")
    }
    return try BearerKey(text, from: "Key file \(path)")
  }

  private init(_ raw: String, from source: String) throws(BearerKeyError) {
    let trimmed = raw.trimmingCharacters(in: .whitespacesAndNewlines)
    guard !trimmed.isEmpty else { throw BearerKeyError(source: source, problem: "is empty") }
    guard trimmed.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
      throw BearerKeyError(
        source: source, problem: "contains a space, a control or a non-ASCII character")
    }
    value = trimmed
  }
}

extension BearerKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  public var description: String { "[redacted]" }
  public var debugDescription: String { description }
  public var customMirror: Mirror { Mirror(self, children: []) }
}

/// Why there is no ``BearerKey``; it names the source and never the value.
public struct BearerKeyError: Error, Hashable, CustomStringConvertible {
  public let source: String
  /// What is wrong, such as "is empty".
  public let problem: String

  public var description: String {
    "\(source) \(problem); allowed: one word of printable ASCII."
  }
}
