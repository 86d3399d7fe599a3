/// One setting: its name, what it may be, what it is when nobody says, and what it means.
struct ConfigurationKey: Sendable {
  /// Dotted, such as `kafka.bootstrap_servers`.
  let name: String
  let kind: ConfigurationKind
  /// As one would write it; a list's items are separated by commas.
  let defaultText: String
  /// What it means, what is dangerous about it and what it takes to change it.
  let comment: String

  init(
    _ name: String, _ kind: ConfigurationKind, default defaultText: String, _ comment: String,
    change: String = "Needs a restart."
  ) {
    self.name = name
    self.kind = kind
    self.defaultText = defaultText
    self.comment = "\(comment)\n\(change)"
  }

  var path: [String] { name.split(separator: ".").map(String.init) }

  /// The environment variable that overrides the file.
  var environmentName: String {
    "\(Self.environmentPrefix)\(name.uppercased().replacing(".", with: "_"))"
  }

  static let environmentPrefix = "HIGHLIGHTS_"
}

/// Keys that belong together, under one heading of the file.
struct ConfigurationSection: Sendable {
  let name: String
  let comment: String
  let keys: [ConfigurationKey]
}
