import NIOHTTP1

/// What a response says about requests and tokens left (`x-ratelimit-…`); any part may be absent.
struct RateLimits: Hashable {
  /// One of the two limits, which reset apart.
  struct Window: Hashable {
    let limit: Int?
    let remaining: Int?
    let reset: Duration?
  }

  let requests: Window
  let tokens: Window

  init(_ headers: HTTPHeaders) {
    func window(_ dimension: String) -> Window {
      func text(_ part: String) -> String? {
        headers.first(name: "x-ratelimit-\(part)-\(dimension)")
      }
      return Window(
        limit: text("limit").flatMap(Int.init), remaining: text("remaining").flatMap(Int.init),
        reset: text("reset").flatMap(ResetDuration.parse))
    }
    requests = window("requests")
    tokens = window("tokens")
  }

  var isExhausted: Bool { [requests, tokens].contains { $0.remaining.map { $0 <= 0 } ?? false } }

  /// The wait for the exhausted limits, at most 120 s.
  ///
  /// - Parameter type: OpenAI's error type names the limit (`requests`, `tokens`) that was met even
  ///   when something of it is left, though less than the request needs.
  func wait(type: String?) -> Duration? {
    [("requests", requests), ("tokens", tokens)]
      .filter { $0.0 == type || $0.1.remaining.map { $0 <= 0 } ?? false }
      .compactMap(\.1.reset).max().map { min($0, RetryAfter.longest) }
  }
}

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
