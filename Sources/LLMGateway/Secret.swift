import Foundation

/// A credential that cannot be printed: descriptions, dumps and interpolation show `[redacted]`.
///
/// Only this module reads the value, to send it in a header and to remove it from provider
/// messages. A file is read once; a rotated credential needs a new `Secret`.
public struct Secret: Sendable, Hashable {
  let value: String

  /// Takes a literal value; surrounding white space is trimmed.
  ///
  /// - Throws: ``SecretError`` when the value is empty or could not stand in an HTTP header.
  public init(_ value: String) throws(SecretError) {
    try self.init(value, from: .literal)
  }

  /// Reads an environment variable.
  ///
  /// - Throws: ``SecretError`` when the variable is not set, is empty or could not stand in a header.
  public static func environment(
    _ name: String, in variables: [String: String] = ProcessInfo.processInfo.environment
  ) throws(SecretError) -> Secret {
    guard let value = variables[name] else {
      throw SecretError(source: .environment(name), problem: "is not set")
    }
    return try Secret(value, from: .environment(name))
  }

  /// Reads a whole file, such as a mounted Kubernetes secret, and trims white space at its ends.
  ///
  /// - Throws: ``SecretError`` when the file is unreadable, empty or could not stand in a header.
  public static func file(_ path: String) throws(SecretError) -> Secret {
    let text: String
    do {
      text = try String(contentsOfFile: path, encoding: .utf8)
    } catch {
      throw SecretError(source: .file(path), problem: "cannot be read as UTF-8 text")
    }
    return try Secret(text, from: .file(path))
  }

  private init(_ raw: String, from source: SecretError.Source) throws(SecretError) {
    let trimmed = raw.trimmingCharacters(in: .whitespacesAndNewlines)
    guard !trimmed.isEmpty else { throw SecretError(source: source, problem: "is empty") }
    guard trimmed.utf8.allSatisfy({ (0x20...0x7e).contains($0) }) else {
      throw SecretError(
        source: source, problem: "contains a line break, a control or a non-ASCII character")
    }
    value = trimmed
  }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  public var description: String { "[redacted]" }
  public var debugDescription: String { description }
  public var customMirror: Mirror { Mirror(self, children: []) }
}

/// Why a ``Secret`` could not be made; it names the source and never the value.
public struct SecretError: Error, Hashable, CustomStringConvertible {
  /// Where the secret was to come from.
  public enum Source: Sendable, Hashable {
    case literal
    case environment(String)
    case file(String)
  }

  public let source: Source
  /// What is wrong, such as "is not set".
  public let problem: String

  public var description: String {
    let subject =
      switch source {
      case .literal: "The secret given"
      case .environment(let name): "Environment variable \(name)"
      case .file(let path): "Secret file \(path)"
      }
    return "\(subject) \(problem); allowed: one line of printable ASCII."
  }
}
