import Configuration

/// Finds each key's value in the first layer that has one.
struct ConfigurationResolver {
  private(set) var problems: [ConfigurationError.Problem] = []
  private let layers: [Layer]
  private let fallbacks: [String: String]

  private struct Layer {
    let source: @Sendable (ConfigurationKey) -> ConfigurationSource
    let values: any ConfigSnapshot
  }

  init(
    overrides: [(String, String)], variables: EnvironmentLayer, file: ConfigurationFile?,
    fallbacks: [String: String]
  ) {
    self.fallbacks = fallbacks
    var layers = [
      Layer(
        source: { _ in .commandLine },
        values: Self.inMemory("--set", overrides)),
      Layer(
        source: { .environment($0.environmentName) },
        values: EnvironmentVariablesProvider(environmentVariables: variables.known)
          .prefixKeys(with: "highlights").snapshot()),
    ]
    if let file, let values = file.values {
      layers.append(Layer(source: { _ in .file(file.path) }, values: values))
    }
    layers.append(
      Layer(
        source: { _ in .builtIn },
        values: Self.inMemory(
          "defaults", ConfigurationSchema.keys.map { ($0.name, $0.defaultText) })))
    self.layers = layers

    let given =
      overrides.map { ($0.0, ConfigurationSource.commandLine) }
      + (file?.keys ?? []).map { ($0, .file(file?.path ?? "")) }
    for (name, source) in given where ConfigurationSchema.key(name) == nil {
      problems.append(
        .unknownKey(name, nearest: ConfigurationSchema.nearest(to: name), source))
    }
  }

  /// Every key's value; those that are not allowed are among the problems instead.
  mutating func resolve() -> ConfigurationValues {
    var values = ConfigurationValues()
    for key in ConfigurationSchema.keys {
      let (raw, source) = find(key)
      if let value = key.kind.parse(raw) {
        values.set(key, value, raw: raw, from: source)
      } else {
        problems.append(
          .invalidValue(
            key: key.name, value: key.kind.isSecret ? "[redacted]" : raw.text,
            allowed: key.kind.allowed, source))
      }
    }
    return values
  }

  private func find(_ key: ConfigurationKey) -> (ConfigurationKind.Raw, ConfigurationSource) {
    for layer in layers {
      guard let raw = Self.raw(key, in: layer.values) else { continue }
      if let (variable, value) = fallback(key), raw == .text("") {
        return (.text(value), .environment(variable))
      }
      return (raw, layer.source(key))
    }
    return (.text(key.defaultText), .builtIn)
  }

  /// The variable of OpenAI's own clients that stands in for a key left empty.
  private func fallback(_ key: ConfigurationKey) -> (variable: String, value: String)? {
    guard key.name == "gateway.base_url", let value = fallbacks["OPENAI_BASE_URL"] else {
      return nil
    }
    return ("OPENAI_BASE_URL", value)
  }

  private static func raw(
    _ key: ConfigurationKey, in values: any ConfigSnapshot
  ) -> ConfigurationKind.Raw? {
    let path = AbsoluteConfigKey(key.path)
    do {
      guard case .string(let text)? = try values.value(forKey: path, type: .string).value?.content
      else { return nil }
      return .text(text)
    } catch {
      // Only a YAML sequence is no string.
      guard
        case .stringArray(let items)? = try? values.value(forKey: path, type: .stringArray).value?
          .content
      else { return nil }
      return .items(items)
    }
  }

  private static func inMemory(
    _ name: String, _ pairs: [(String, String)]
  ) -> any ConfigSnapshot {
    let values = pairs.map { name, text in
      (
        AbsoluteConfigKey(name.split(separator: ".").map(String.init)),
        ConfigValue(
          .string(text), isSecret: ConfigurationSchema.key(name)?.kind.isSecret ?? true)
      )
    }
    return InMemoryProvider(
      name: name, values: Dictionary(values, uniquingKeysWith: { $1 })
    ).snapshot()
  }
}

extension ConfigurationKind.Raw {
  /// As one would write it.
  var text: String {
    switch self {
    case .text(let text): text
    case .items(let items): "[\(items.joined(separator: ", "))]"
    }
  }
}
