/// The value of every key of the schema, with where it came from.
///
/// Asking for a key that the schema does not have, or has with another kind, is a mistake in this
/// program and traps; every test that loads a configuration asks for all of them.
struct ConfigurationValues: Sendable {
  private var entries: [String: Entry] = [:]

  private struct Entry: Sendable {
    var value: ConfigurationKind.Value
    var shown: String
    var source: ConfigurationSource
  }

  mutating func set(
    _ key: ConfigurationKey, _ value: ConfigurationKind.Value, raw: ConfigurationKind.Raw,
    from source: ConfigurationSource
  ) {
    entries[key.name] = Entry(
      value: value, shown: key.kind.isSecret ? "[redacted]" : raw.text, source: source)
  }

  func text(_ name: String) -> String {
    guard case .text(let text) = entry(name).value else { mismatch(name) }
    return text
  }

  /// A text, or nothing when it is empty.
  func optionalText(_ name: String) -> String? {
    let text = text(name)
    return text.isEmpty ? nil : text
  }

  func integer(_ name: String) -> Int {
    guard case .integer(let value) = entry(name).value else { mismatch(name) }
    return value
  }

  func number(_ name: String) -> Double {
    guard case .number(let value) = entry(name).value else { mismatch(name) }
    return value
  }

  func duration(_ name: String) -> Duration {
    guard case .duration(let value) = entry(name).value else { mismatch(name) }
    return value
  }

  func items(_ name: String) -> [String] {
    guard case .items(let value) = entry(name).value else { mismatch(name) }
    return value
  }

  /// Items `name=value`.
  func pairs(_ name: String) -> [(name: String, value: String)] {
    items(name).map { item in
      let name = item.prefix { $0 != "=" }
      return (String(name), String(item.dropFirst(name.count + 1)))
    }
  }

  /// A word as the type that has one case for each.
  func choice<Choice: RawRepresentable<String>>(_ name: String) -> Choice {
    guard let choice = Choice(rawValue: text(name)) else { mismatch(name) }
    return choice
  }

  func source(_ name: String) -> ConfigurationSource { entry(name).source }

  func participant(_ name: String) -> ConfigurationError.Participant {
    let entry = entry(name)
    return ConfigurationError.Participant(key: name, value: entry.shown, source: entry.source)
  }

  private func entry(_ name: String) -> Entry {
    guard let entry = entries[name] else { mismatch(name) }
    return entry
  }

  private func mismatch(_ name: String) -> Never {
    preconditionFailure("\(name) is not in the schema with this kind")
  }
}
