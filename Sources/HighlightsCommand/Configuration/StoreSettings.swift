import HighlightStore
import Logging

/// Where highlights are looked up: a Redis server where one is named, else a SQLite file.
struct StoreSettings: Sendable, Hashable {
  let path: String
  /// Of the Redis server.
  let url: SecretText
  let connectTimeout: Duration
  let commandTimeout: Duration
  let maxWaitingCommands: Int
  /// A PEM file.
  let trustedCertificates: String?
  let compressFromBytes: Int

  init(_ values: ConfigurationValues) {
    path = values.text("store.path")
    url = SecretText(values, "store.url")
    connectTimeout = values.duration("store.connect_timeout")
    commandTimeout = values.duration("store.command_timeout")
    maxWaitingCommands = values.integer("store.max_waiting_commands")
    trustedCertificates = values.optionalText("store.trusted_certificates")
    compressFromBytes = values.integer("store.compress_from_bytes")
  }

  /// Opens the store.
  ///
  /// - Parameter reading: whether a SQLite file must be there already and is not written.
  /// - Returns: the store, and its name to speak of it, without a password.
  /// - Throws: `ConfigurationError` for a URL that is none, or `StoreError`.
  func open(reading: Bool) throws -> (store: any HighlightStore, name: String) {
    guard let url = try url.text() else {
      let store =
        reading
        ? try SQLiteHighlightStore(readingFrom: path) : try SQLiteHighlightStore(path: path)
      return (store, path)
    }
    let endpoint: RedisEndpoint
    do {
      endpoint = try RedisEndpoint(url: url)
    } catch {
      throw self.url.problem(
        allowed: "redis://[[user]:password@]host[:port][/database], or rediss:// for TLS "
          + "(\(error.problem))")
    }
    let settings = RedisSettings(
      connectTimeout: connectTimeout, commandTimeout: commandTimeout,
      maximumWaitingCommands: maxWaitingCommands, trustedCertificates: trustedCertificates,
      compressedFrom: compressFromBytes)
    let store = try RedisHighlightStore(
      endpoint: endpoint, settings: settings, logger: Logger(label: "store"))
    return (store, "\(endpoint)")
  }
}

extension StoreSettings {
  /// The same store, its operations recorded under what kind it is.
  func measured(_ store: any HighlightStore) -> any HighlightStore {
    MeasuredHighlightStore(store, name: url == .none ? "sqlite" : "redis")
  }
}
