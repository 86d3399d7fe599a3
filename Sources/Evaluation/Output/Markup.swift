/// HTML under construction. Text that is put into it is escaped; only literals and other markup are
/// taken as they stand, so that no text can be forgotten.
struct Markup: Sendable, Hashable, ExpressibleByStringInterpolation {
  let source: String

  init(stringLiteral value: String) { source = value }

  init(stringInterpolation: Interpolation) { source = stringInterpolation.source }

  init(_ parts: [Markup]) { source = parts.map(\.source).joined() }

  /// A text from outside, in a direction of its own, cut where it is very long.
  static func outside(_ text: String) -> Markup {
    let scalars = text.unicodeScalars
    let shown = scalars.prefix(600)
    let isWhole = shown.endIndex == scalars.endIndex
    return "<bdi dir=\"auto\">\(String(shown) + (isWhole ? "" : " …"))</bdi>"
  }

  /// What a browser shows as the text itself, between tags and in quoted attributes.
  ///
  /// Controls and noncharacters become U+FFFD, and so does what reorders the text around it.
  static func escaped(_ text: String) -> String {
    var escaped = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      case "'": escaped += "&#39;"
      case "\n", "\t": escaped.unicodeScalars.append(scalar)
      case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{202A}"..."\u{202E}",
        "\u{2066}"..."\u{2069}":
        escaped += "\u{FFFD}"
      case _ where scalar.properties.isNoncharacterCodePoint: escaped += "\u{FFFD}"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }

  struct Interpolation: StringInterpolationProtocol {
    var source = ""

    init(literalCapacity: Int, interpolationCount: Int) { source.reserveCapacity(literalCapacity) }

    mutating func appendLiteral(_ literal: String) { source += literal }

    mutating func appendInterpolation(_ text: String) { source += Markup.escaped(text) }

    mutating func appendInterpolation(_ number: Int) { source += String(number) }

    mutating func appendInterpolation(_ markup: Markup) { source += markup.source }

    mutating func appendInterpolation(_ parts: [Markup]) {
      for part in parts { source += part.source }
    }
  }
}
