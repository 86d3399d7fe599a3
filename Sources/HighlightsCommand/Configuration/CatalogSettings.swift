import VideoCatalog

/// Where a search that brings no videos gets some from; nowhere when neither a path nor a URL is set.
struct CatalogSettings: Sendable, Hashable {
  /// The SQLite file.
  let path: String?
  /// The HTTP service.
  let url: String?
  let key: Key
  let timeout: Duration
  let videos: Int

  /// Where the service's credential is; only commands that ask the service look for it.
  enum Key: Sendable, Hashable {
    case none
    case value(BearerKey)
    case file(String)
    /// A variable and what it holds, if it is set.
    case variable(String, BearerKey?, namedBy: ConfigurationSource)

    /// The credential, if there is to be one.
    ///
    /// - Throws: `ConfigurationError` when it is not where it should be.
    func bearerKey() throws(ConfigurationError) -> BearerKey? {
      switch self {
      case .none: return nil
      case .value(let key), .variable(_, let key?, _): return key
      case .variable(let name, nil, let source):
        throw ConfigurationError(problems: [
          .invalidValue(
            key: "catalog.api_key_env", value: name,
            allowed: "the name of an environment variable that is set and not empty", source)
        ])
      case .file(let path):
        do {
          return try .file(path)
        } catch {
          throw ConfigurationError(problems: [
            .unreadableFile(path: path, cause: "catalog.api_key_file: \(error)")
          ])
        }
      }
    }
  }

  init(
    _ values: ConfigurationValues, environment: [String: String]
  ) throws(ConfigurationError) {
    path = values.optionalText("catalog.path")
    url = values.optionalText("catalog.url")
    key = try Self.key(values, environment: environment)
    timeout = values.duration("catalog.timeout")
    videos = values.integer("catalog.videos")
  }

  /// `catalog.api_key`, else the file, else the variable that `catalog.api_key_env` names.
  private static func key(
    _ values: ConfigurationValues, environment: [String: String]
  ) throws(ConfigurationError) -> Key {
    if let key = values.optionalText("catalog.api_key") {
      return .value(
        try bearerKey(key, of: "catalog.api_key", from: values.source("catalog.api_key")))
    }
    if let file = values.optionalText("catalog.api_key_file") { return .file(file) }
    guard let name = values.optionalText("catalog.api_key_env") else { return .none }
    let source = values.source("catalog.api_key_env")
    guard let key = environment[name], !key.isEmpty else {
      return .variable(name, nil, namedBy: source)
    }
    return .variable(
      name, try bearerKey(key, of: "catalog.api_key_env", from: .environment(name)),
      namedBy: source)
  }

  private static func bearerKey(
    _ value: String, of key: String, from source: ConfigurationSource
  ) throws(ConfigurationError) -> BearerKey {
    do {
      return try BearerKey(value)
    } catch {
      throw ConfigurationError(problems: [
        .invalidValue(
          key: key, value: "[redacted]", allowed: "one word of printable ASCII", source)
      ])
    }
  }
}
