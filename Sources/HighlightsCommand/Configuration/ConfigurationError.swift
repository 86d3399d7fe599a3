import Highlights

/// Where a value came from.
enum ConfigurationSource: Sendable, Hashable, CustomStringConvertible {
  case commandLine
  /// The variable's name.
  case environment(String)
  /// The file's path.
  case file(String)
  case builtIn

  var description: String {
    switch self {
    case .commandLine: "--set"
    case .environment(let name): "environment variable \(name)"
    case .file(let path): "file \(path)"
    case .builtIn: "the default"
    }
  }
}

/// Everything that is wrong with a configuration, so that it can be put right in one go.
struct ConfigurationError: Error, Sendable, Hashable, CustomStringConvertible {
  let problems: [Problem]

  enum Problem: Sendable, Hashable {
    case unreadableFile(path: String, cause: String)
    case unknownKey(String, nearest: String, ConfigurationSource)
    /// The value is `[redacted]` when it may be a secret.
    case invalidValue(key: String, value: String, allowed: String, ConfigurationSource)
    /// Values that are allowed each, but not together.
    case conflict(rule: String, [Participant])
    /// A setting that does not go with what a file named by another one says.
    case contradiction(key: String, value: String, file: String, says: String)
    case unusablePrompt(key: String, folder: String, PromptError)
  }

  struct Participant: Sendable, Hashable, CustomStringConvertible {
    let key: String
    let value: String
    let source: ConfigurationSource

    var description: String { "\(key) is \"\(value)\" (\(source))" }
  }

  var description: String { problems.map(\.description).joined(separator: "\n") }
}

extension ConfigurationError.Problem: CustomStringConvertible {
  var description: String {
    switch self {
    case .unreadableFile(let path, let cause):
      "Configuration file \(path) cannot be read: \(cause)"
    case .unknownKey(let key, let nearest, let source):
      "\(key) (\(source)) is no setting; did you mean \(nearest)?"
    case .invalidValue(let key, let value, let allowed, let source):
      "\(key) is \"\(value)\" (\(source)); allowed: \(allowed)."
    case .conflict(let rule, let participants):
      "\(rule), but \(participants.map(\.description).joined(separator: " and "))."
    case .contradiction(let key, let value, let file, let says):
      "\(key) is \"\(value)\", but \(file) \(says)."
    case .unusablePrompt(let key, let folder, let error):
      "\(key) is \"\(folder)\", which holds no usable prompt: \(error)."
    }
  }
}
