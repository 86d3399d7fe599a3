/// The numbers written in digits in a text, in one form whatever the script and separators.
///
/// "1,000", "1000" and "١٠٠٠" are the same number, and so are "1.50" and "1,5". Everything but a
/// point or comma between digits ends a number: "10:30" is 10 and 30.
enum NumberSet {
  static func numbers(in text: String) -> Set<String> {
    var found: Set<String> = []
    guard text.utf8.contains(where: { $0 >= 0x80 || (0x30...0x39).contains($0) }) else {
      return found
    }
    var token = ""
    var separator: Character?
    for scalar in TextFolding.compatibilityComposed(text).unicodeScalars {
      if let digit = digit(scalar) {
        if let separator { token.append(separator) }
        separator = nil
        token.append(digit)
      } else if !token.isEmpty, separator == nil, let mark = mark(scalar) {
        separator = mark
      } else if !token.isEmpty {
        found.insert(canonical(token))
        token = ""
        separator = nil
      }
    }
    if !token.isEmpty { found.insert(canonical(token)) }
    return found
  }

  private static func digit(_ scalar: Unicode.Scalar) -> Character? {
    if scalar.value < 0x80 {
      return (0x30...0x39).contains(scalar.value) ? Character(scalar) : nil
    }
    guard scalar.properties.numericType == .decimal, let value = scalar.properties.numericValue
    else { return nil }
    return Character(String(Int(value)))
  }

  /// Decimal point or thousands comma, Arabic ones included.
  private static func mark(_ scalar: Unicode.Scalar) -> Character? {
    switch scalar {
    case ".", "\u{66B}": "."
    case ",", "\u{66C}": ","
    default: nil
    }
  }

  /// Commas before a point are thousands, points before a comma too; a lone comma is one when three
  /// digits follow each ("1,000"), a point only when there are several ("1.000.000").
  private static func canonical(_ token: String) -> String {
    guard let last = token.lastIndex(where: { $0 == "." || $0 == "," }) else {
      return trimmed(token)
    }
    let decimal = token[last]
    let whole = token[..<last]
    let isMixed = whole.contains { ($0 == "." || $0 == ",") && $0 != decimal }
    if isMixed, !whole.contains(decimal) {
      return trimmed(
        "\(whole.filter { $0 != "." && $0 != "," }).\(token[token.index(after: last)...])")
    }
    let groups = token.split(separator: decimal)
    let isGrouped =
      !isMixed && groups[0].count <= 3 && groups[0] != "0"
      && groups.dropFirst().allSatisfy { $0.count == 3 }
    if isGrouped, decimal == "," || groups.count > 2 { return trimmed(groups.joined()) }
    return trimmed(String(token.map { $0 == "," ? "." : $0 }))
  }

  /// Without zeros that change nothing, when it is one number rather than a version or date.
  private static func trimmed(_ number: String) -> String {
    let parts = number.split(separator: ".")
    guard parts.count <= 2, let first = parts.first else { return number }
    let whole = first.drop { $0 == "0" }
    var fraction = parts.count == 2 ? parts[1] : ""
    while fraction.last == "0" { fraction.removeLast() }
    return (whole.isEmpty ? "0" : String(whole)) + (fraction.isEmpty ? "" : ".\(fraction)")
  }
}
