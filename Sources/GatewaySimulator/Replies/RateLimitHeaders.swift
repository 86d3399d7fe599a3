/// Headers that tell a client its limits and how long to wait, as each gateway writes them.
enum RateLimitHeaders {
  typealias Fields = [(name: String, value: String)]

  /// - Parameter refusal: what is refused; nil with an answer.
  static func headers(
    _ terms: ReplyTerms, _ standing: SimulatorLimits.Standing?, _ refusal: GatewayRefusal? = nil
  ) -> Fields {
    switch terms.shape {
    case .openai: limits(standing, reset: go) + retry(refusal)
    case .azure: limits(standing, reset: { "\(seconds($0))" }) + retry(refusal)
    case .litellm: liteLLM(terms, standing, refusal)
    }
  }

  /// A duration as Go writes it, such as `12ms`, `1.5s` and `6m0s`; milliseconds, rounded up.
  static func go(_ duration: Duration) -> String {
    let milliseconds = milliseconds(duration)
    guard milliseconds >= 1_000 else { return milliseconds == 0 ? "0s" : "\(milliseconds)ms" }
    let (hours, minutes) = (milliseconds / 3_600_000, milliseconds / 60_000 % 60)
    var seconds = "\(milliseconds / 1_000 % 60)"
    let rest = milliseconds % 1_000
    if rest > 0 {
      var fraction = String("\(rest + 1_000)".dropFirst())
      while fraction.hasSuffix("0") { fraction.removeLast() }
      seconds += ".\(fraction)"
    }
    if hours > 0 { return "\(hours)h\(minutes)m\(seconds)s" }
    return minutes > 0 ? "\(minutes)m\(seconds)s" : "\(seconds)s"
  }

  /// Rounded up: who waits as long as told must be admitted.
  static func seconds(_ duration: Duration) -> Int64 { (milliseconds(duration) + 999) / 1_000 }

  static func milliseconds(_ duration: Duration) -> Int64 {
    (duration.wholeNanoseconds + 999_999) / 1_000_000
  }

  private static func limits(
    _ standing: SimulatorLimits.Standing?, prefix: String = "x-ratelimit-",
    reset: ((Duration) -> String)?
  ) -> Fields {
    let all: [(String, SimulatorLimits.Standing.Limit?)] = [
      ("requests", standing?.requests), ("tokens", standing?.tokens),
    ]
    return all.flatMap { dimension, limit -> Fields in
      guard let limit else { return [] }
      var fields = [
        (name: "\(prefix)limit-\(dimension)", value: "\(limit.limit)"),
        (name: "\(prefix)remaining-\(dimension)", value: "\(limit.remaining)"),
      ]
      if let reset {
        fields.append((name: "\(prefix)reset-\(dimension)", value: reset(limit.reset)))
      }
      return fields
    }
  }

  private static func retry(_ refusal: GatewayRefusal?) -> Fields {
    guard case .rateLimited(let limit) = refusal, let wait = limit.wait else { return [] }
    return [
      (name: "retry-after-ms", value: "\(milliseconds(wait))"),
      (name: "retry-after", value: "\(seconds(wait))"),
    ]
  }

  /// A provider's headers are passed on with an answer and dropped with a refusal; the proxy's own
  /// limits of a key are told in headers of their own, and refused for the window's length.
  private static func liteLLM(
    _ terms: ReplyTerms, _ standing: SimulatorLimits.Standing?, _ refusal: GatewayRefusal?
  ) -> Fields {
    guard let refusal else {
      return terms.keyLimits
        ? limits(standing, prefix: "x-ratelimit-api_key-", reset: nil)
        : limits(standing, reset: go)
    }
    guard case .rateLimited = refusal, terms.keyLimits else { return [] }
    return [(name: "retry-after", value: "60")]
  }
}
