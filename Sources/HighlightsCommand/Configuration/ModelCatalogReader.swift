import Foundation
import Yams

/// Reads values out of a YAML tree and keeps every problem by its key path, so that a file can be put right in
/// one go.
struct ModelCatalogReader {
  private let source: ConfigurationSource
  private(set) var problems: [ConfigurationError.Problem] = []

  init(path: String) { source = .file(path) }

  /// The mapping's values by their keys. A key that is not among `keys` is a problem, and so is what is no mapping.
  mutating func mapping(_ node: Node, at path: String, keys: [String]) -> [String: Node] {
    guard let mapping = node.mapping else {
      refuse(path, node, allowed: "a mapping of \(keys.joined(separator: ", "))")
      return [:]
    }
    var values: [String: Node] = [:]
    for (key, value) in mapping {
      let word = key.scalar?.string ?? ""
      if keys.contains(word) {
        values[word] = value
      } else {
        let nearest = ConfigurationSchema.nearest(to: word, among: keys)
        problems.append(
          .unknownKey(Self.path(path, word), nearest: Self.path(path, nearest), source))
      }
    }
    return values
  }

  /// The items of a list; nothing when there is no such key.
  mutating func list(_ node: Node?, at path: String, of what: String) -> [Node] {
    guard let node else { return [] }
    guard let sequence = node.sequence else {
      refuse(path, node, allowed: "a list of \(what)")
      return []
    }
    return Array(sequence)
  }

  /// A value that may be left out.
  mutating func value(
    _ node: Node?, at path: String, _ kind: ConfigurationKind
  ) -> ConfigurationKind.Value? {
    guard let node else { return nil }
    guard let text = node.scalar?.string, node.null == nil, let value = kind.parse(.text(text))
    else {
      refuse(path, node, allowed: kind.allowed)
      return nil
    }
    return value
  }

  mutating func integer(_ node: Node?, at path: String, _ range: ClosedRange<Int>) -> Int? {
    guard case .integer(let value)? = value(node, at: path, .integer(range)) else { return nil }
    return value
  }

  mutating func text(
    _ node: Node?, at path: String, _ rule: ConfigurationKind.TextRule = .nonEmpty
  ) -> String? {
    guard case .text(let value)? = value(node, at: path, .text(rule)) else { return nil }
    return value
  }

  mutating func choice<Choice: RawRepresentable<String>>(
    _ node: Node?, at path: String, _ words: [Choice]
  ) -> Choice? {
    guard case .text(let word)? = value(node, at: path, .choice(words.map(\.rawValue))) else {
      return nil
    }
    return Choice(rawValue: word)
  }

  mutating func isTrue(_ node: Node?, at path: String) -> Bool {
    value(node, at: path, .choice(["true", "false"])) == .text("true")
  }

  /// What must be there. A value that is there and wrong is a problem already.
  mutating func require<Value>(_ value: Value?, _ node: Node?, at path: String, _ allowed: String)
    -> Value?
  {
    if value == nil, node == nil { refuse(path, nil, allowed: allowed) }
    return value
  }

  mutating func refuse(_ path: String, _ node: Node?, allowed: String) {
    refuse(path, value: node.map(Self.shown) ?? "", allowed: allowed)
  }

  mutating func refuse(_ path: String, value: String, allowed: String) {
    problems.append(
      .invalidValue(
        key: path.isEmpty ? "the top level" : path, value: value, allowed: allowed, source))
  }

  mutating func conflict(_ rule: String, _ participants: [(key: String, value: String)]) {
    problems.append(
      .conflict(
        rule: rule,
        participants.map { .init(key: $0.key, value: $0.value, source: source) }))
  }

  static func path(_ path: String, _ key: String) -> String {
    path.isEmpty ? key : "\(path).\(key)"
  }

  private static func shown(_ node: Node) -> String {
    switch node {
    case .scalar(let scalar): scalar.string
    case .sequence: "[a list]"
    case .mapping: "{a mapping}"
    case .alias: "*an alias"
    }
  }
}
