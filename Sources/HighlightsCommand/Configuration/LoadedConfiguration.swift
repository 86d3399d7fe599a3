import Configuration
import Foundation

/// The settings of this process and what was noticed while they were read.
struct LoadedConfiguration: Sendable {
  let settings: Settings
  /// To be told to the operator; each a sentence.
  let warnings: [String]

  /// Reads every setting: `--set` over the environment over the file over the defaults.
  ///
  /// `OPENAI_BASE_URL` counts only where none of them names a gateway.
  ///
  /// - Parameters:
  ///   - overrides: Keys and values of `--set`; of one key the last counts.
  ///   - file: The YAML file, if there is one.
  ///   - environment: The process's environment.
  /// - Throws: `ConfigurationError` with everything that is wrong.
  init(
    overrides: [(String, String)] = [], file: String? = nil,
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws(ConfigurationError) {
    let file = try file.map { path throws(ConfigurationError) in try ConfigurationFile(path: path) }
    let variables = EnvironmentLayer(environment)
    var resolver = ConfigurationResolver(
      overrides: overrides, variables: variables, file: file, fallbacks: environment)
    let values = resolver.resolve()
    guard resolver.problems.isEmpty else {
      throw ConfigurationError(problems: resolver.problems)
    }
    let settings = try Settings(values, environment: environment)
    let conflicts = CrossKeyRule.all.filter { !$0.holds(settings) }.map { $0.problem(in: values) }
    guard conflicts.isEmpty else { throw ConfigurationError(problems: conflicts) }
    self.settings = settings
    self.warnings = variables.warnings
  }
}

/// The variables that are settings, and what to say about the others with our prefix.
struct EnvironmentLayer: Sendable {
  let known: [String: String]
  let warnings: [String]

  init(_ environment: [String: String]) {
    let names = Set(ConfigurationSchema.keys.map(\.environmentName))
    var known: [String: String] = [:]
    var ignored: [String] = []
    for (name, value) in environment where name.hasPrefix(ConfigurationKey.environmentPrefix) {
      if names.contains(name), !Self.isServiceLink(name, value) {
        known[name] = value
      } else {
        ignored.append(name)
      }
    }
    self.known = known
    warnings = ignored.sorted().map {
      "Environment variable \($0) is no setting and is ignored (Kubernetes sets such ones for services)."
    }
  }

  /// For a service named `highlights-simulator`, Kubernetes sets
  /// `HIGHLIGHTS_SIMULATOR_PORT=tcp://10.0.0.1:80` in every pod beside it.
  private static func isServiceLink(_ name: String, _ value: String) -> Bool {
    name.hasSuffix("_PORT") && (value.hasPrefix("tcp://") || value.hasPrefix("udp://"))
  }
}
