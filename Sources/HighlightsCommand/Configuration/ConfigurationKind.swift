import Foundation

/// What a setting may be.
enum ConfigurationKind: Sendable {
  enum TextRule: Sendable {
    case any, nonEmpty, topic, url
    /// Empty, or a decimal number of money.
    case amount
    /// ISO 4217.
    case currency
    /// What stands in metrics and logs as a name.
    case word
    /// ``url``, and not empty.
    case endpoint
  }

  enum ItemRule: Sendable {
    case hostAndPort
    /// `name=value`, each name once.
    case pair
    /// Each longer than the one before.
    case risingDuration
    /// Of a page, as browsers send it, or `*`.
    case origin
  }

  case text(TextRule)
  /// A text that is never shown.
  case secret
  case integer(ClosedRange<Int>)
  case number(ClosedRange<Double>)
  case duration(ClosedRange<Duration>)
  case bytes(ClosedRange<Int>)
  case choice([String])
  case list(ItemRule, minimum: Int)

  /// A value as a source gave it.
  enum Raw: Sendable, Hashable {
    case text(String)
    case items([String])
  }

  /// A value that is allowed; bytes are an integer.
  enum Value: Sendable, Hashable {
    case text(String)
    case integer(Int)
    case number(Double)
    case duration(Duration)
    case items([String])
  }

  /// The value, or nothing when it is not allowed.
  func parse(_ raw: Raw) -> Value? {
    if case .list(let rule, let minimum) = self {
      return rule.parse(raw, minimum: minimum).map(Value.items)
    }
    guard case .text(let text) = raw, !text.unicodeScalars.contains(where: \.isControl) else {
      return nil
    }
    switch self {
    case .text(let rule): return rule.allows(text) ? .text(text) : nil
    case .secret: return .text(text)
    case .integer(let range):
      return Int(text).flatMap { range.contains($0) ? .integer($0) : nil }
    case .number(let range):
      return Double(text).flatMap { range.contains($0) ? .number($0) : nil }
    case .duration(let range):
      return Duration(configured: text).flatMap { range.contains($0) ? .duration($0) : nil }
    case .bytes(let range):
      return Quantity.bytes(text).flatMap { range.contains($0) ? .integer($0) : nil }
    case .choice(let words): return words.contains(text) ? .text(text) : nil
    case .list: return nil
    }
  }

  /// What is allowed, to end a sentence with.
  var allowed: String {
    switch self {
    case .text(.any): "any text on one line"
    case .text(.nonEmpty): "a text on one line, not empty"
    case .text(.topic): "1 to 249 of the characters a-z A-Z 0-9 . _ -, and not . or .."
    case .text(.amount):
      "empty, or an amount above 0 and at most 1000000000 with at most 6 decimals, such as 1.00"
    case .text(.currency): "an ISO 4217 code such as USD"
    case .text(.word): "1 to 64 letters, digits, '.', '_' and '-'"
    case .text(.endpoint): "an http or https URL with a host and without user or password"
    case .text(.url): "empty, or an http or https URL with a host and without user or password"
    case .secret: "one line of text"
    case .integer(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
    case .number(let range): "a number from \(range.lowerBound) to \(range.upperBound)"
    case .duration(let range):
      "a duration such as 250ms, 30s, 5m, 2h or 7d, from \(range.lowerBound.configured) to "
        + range.upperBound.configured
    case .bytes(let range):
      "a size such as 512B, 64KiB, 2MiB or 1GiB, from \(Quantity.text(bytes: range.lowerBound)) to "
        + Quantity.text(bytes: range.upperBound)
    case .choice(let words): words.joined(separator: ", ")
    case .list(.hostAndPort, let minimum): "a list of at least \(minimum) host:port"
    case .list(.pair, _): "a list of name=value, each name once"
    case .list(.origin, _): "a list of * or of origins such as https://example.com, without a path"
    case .list(.risingDuration, _):
      "a list of durations such as 30s,5m,1h, each longer than the one before, at most 7d"
    }
  }

  /// Whether a wrong value may be shown.
  var isSecret: Bool {
    switch self {
    case .secret, .list(.pair, _): true
    default: false
    }
  }
}

extension ConfigurationKind.TextRule {
  func allows(_ text: String) -> Bool {
    switch self {
    case .any: true
    case .nonEmpty: !text.allSatisfy(\.isWhitespace)
    case .topic: text.wholeMatch(of: /[A-Za-z0-9._-]{1,249}/) != nil && text != "." && text != ".."
    case .url: text.isEmpty || Self.isURL(text)
    case .endpoint: Self.isURL(text)
    case .amount: text.isEmpty || (Quantity.micros(text) ?? 0) > 0
    case .currency: text.wholeMatch(of: /[A-Z]{3}/) != nil
    case .word: text.wholeMatch(of: /[A-Za-z0-9._-]{1,64}/) != nil
    }
  }

  private static func isURL(_ text: String) -> Bool {
    guard let url = URLComponents(string: text), let scheme = url.scheme?.lowercased() else {
      return false
    }
    return ["http", "https"].contains(scheme) && url.host?.isEmpty == false && url.user == nil
      && url.password == nil && url.query == nil && url.fragment == nil
  }
}

extension ConfigurationKind.ItemRule {
  fileprivate func parse(_ raw: ConfigurationKind.Raw, minimum: Int) -> [String]? {
    let items: [String] =
      switch raw {
      case .items(let items): items
      case .text(""): []
      case .text(let text):
        text.split(separator: ",", omittingEmptySubsequences: false).map {
          $0.trimmingCharacters(in: .whitespaces)
        }
      }
    guard items.count >= minimum, items.allSatisfy(allows) else { return nil }
    if case .pair = self {
      let names = items.map { $0.prefix { $0 != "=" }.lowercased() }
      guard Set(names).count == names.count else { return nil }
    }
    if case .risingDuration = self {
      let durations = items.compactMap { Duration(configured: $0) }
      guard zip(durations, durations.dropFirst()).allSatisfy({ $0 < $1 }) else { return nil }
    }
    return items
  }

  private func allows(_ item: String) -> Bool {
    guard !item.unicodeScalars.contains(where: \.isControl) else { return false }
    return switch self {
    case .pair: item.dropFirst().contains("=") && !item.hasPrefix("=")
    case .risingDuration:
      Duration(configured: item).map { $0 > .zero && $0 <= .seconds(7 * 86_400) } ?? false
    case .origin:
      item == "*"
        || item.wholeMatch(
          of: /https?:\/\/[a-z0-9.-]+(:[0-9]{1,5})?|https?:\/\/\[[0-9a-f:.]+\](:[0-9]{1,5})?/)
          != nil
    case .hostAndPort:
      item.wholeMatch(of: /[^\s:,\/]+:([0-9]{1,5})|\[[0-9A-Fa-f:.]+\]:([0-9]{1,5})/).map {
        (1...65_535).contains(Int($0.output.1 ?? $0.output.2 ?? "") ?? 0)
      } ?? false
    }
  }
}

extension Unicode.Scalar {
  fileprivate var isControl: Bool { properties.generalCategory == .control }
}
