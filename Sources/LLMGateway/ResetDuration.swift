/// The text of an `x-ratelimit-reset-…` header.
enum ResetDuration {
  private static let units: [String: Double] = [
    "ns": 1e-9, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ms": 1e-3, "s": 1, "m": 60, "h": 3600,
  ]

  /// Reads a Go duration (`1s`, `6m0s`, `12ms`) as OpenAI sends it, or Azure's whole seconds.
  ///
  /// - Returns: nil for anything else, and for more than a year.
  static func parse(_ text: String) -> Duration? {
    var seconds = 0.0
    var rest = text[...]
    repeat {
      let digits = rest.prefix { $0.isASCII && $0.isNumber || $0 == "." }
      rest = rest.dropFirst(digits.count)
      let unit = rest.prefix { $0.isLetter }
      rest = rest.dropFirst(unit.count)
      let isWholeSeconds = unit.isEmpty && digits.count == text.count && !digits.contains(".")
      guard let number = Double(digits), let scale = isWholeSeconds ? 1 : units[String(unit)]
      else { return nil }
      seconds += number * scale
    } while !rest.isEmpty
    return seconds <= 366 * 86_400 ? .seconds(seconds) : nil
  }
}
