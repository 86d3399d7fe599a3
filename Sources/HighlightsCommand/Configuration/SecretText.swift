import Foundation

/// A text that must not be shown: set itself, or in a file that is read only by the commands that need it.
enum SecretText: Sendable, Hashable {
  case none
  case value(String, key: String, ConfigurationSource)
  /// A file's path, and the key that names it.
  case file(String, key: String)

  /// The setting `key`, else the file that `key` + `_file` names.
  init(_ values: ConfigurationValues, _ key: String) {
    if let value = values.optionalText(key) {
      self = .value(value, key: key, values.source(key))
    } else if let path = values.optionalText("\(key)_file") {
      self = .file(path, key: "\(key)_file")
    } else {
      self = .none
    }
  }

  /// The text without line ends around it; nil where none is set.
  ///
  /// - Throws: `ConfigurationError` when the file cannot be read or is empty.
  func text() throws(ConfigurationError) -> String? {
    switch self {
    case .none: return nil
    case .value(let value, _, _): return value
    case .file(let path, let key):
      let text: String
      do {
        text = try String(contentsOfFile: path, encoding: .utf8)
          .trimmingCharacters(in: .newlines)
      } catch {
        throw ConfigurationError(problems: [.unreadableFile(path: path, cause: "\(key): \(error)")])
      }
      guard !text.isEmpty else {
        throw ConfigurationError(problems: [
          .unreadableFile(path: path, cause: "\(key): it is empty")
        ])
      }
      return text
    }
  }

  /// What is wrong with it, without showing it.
  func problem(allowed: String) -> ConfigurationError {
    switch self {
    case .none: ConfigurationError(problems: [])
    case .value(_, let key, let source):
      ConfigurationError(problems: [
        .invalidValue(key: key, value: "[redacted]", allowed: allowed, source)
      ])
    case .file(let path, let key):
      ConfigurationError(problems: [
        .unreadableFile(
          path: path, cause: "\(key): it holds what is not allowed; allowed: \(allowed)")
      ])
    }
  }
}
