import ArgumentParser
import Foundation

/// What every command takes.
struct CommonOptions: ParsableArguments {
  @Option(name: .long, help: "YAML file of settings; Config/highlights.yaml names them all.")
  var config: String?

  @Option(name: .long, help: "One setting, as key=value; may be repeated.")
  var set: [String] = []

  @Option(name: .long, help: "Brokers as host:port, separated by commas (kafka.bootstrap_servers).")
  var kafka: String?

  @Option(name: .long, help: "The SQLite file of highlights (store.path).")
  var store: String?

  @Option(name: .long, help: "Least level that is logged: trace to critical (log.level).")
  var logLevel: String?

  /// Reads the settings, says what was noticed, and starts logging to standard error.
  ///
  /// - Parameter flags: settings that the command's own flags stand for; they win.
  /// - Throws: `ConfigurationError`, or `ValidationError` for a `--set` that is no key=value.
  func settings(_ flags: [(key: String, value: String?)] = []) throws -> Settings {
    var overrides = try set.map { pair in
      guard let equals = pair.firstIndex(of: "=") else {
        throw ValidationError("--set \(pair): allowed: key=value")
      }
      return (String(pair[..<equals]), String(pair[pair.index(after: equals)...]))
    }
    let own = [
      ("kafka.bootstrap_servers", kafka), ("store.path", store), ("log.level", logLevel),
    ]
    overrides += (own + flags.map { ($0.key, $0.value) }).compactMap { key, value in
      value.map { (key, $0) }
    }
    let loaded = try LoadedConfiguration(overrides: overrides, file: config)
    for warning in loaded.warnings { Talk.say("warning: \(warning)") }
    Observing.log(loaded.settings.log)
    return loaded.settings
  }
}
