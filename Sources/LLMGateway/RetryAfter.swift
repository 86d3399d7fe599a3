import Foundation
import NIOHTTP1

/// How long a response asks to wait.
enum RetryAfter {
  /// Longer requests count as this, as openai-python does not honour more.
  static let longest = Duration.seconds(120)

  /// Reads `retry-after-ms` (OpenAI, Azure), else `retry-after` in seconds or as an HTTP date.
  ///
  /// - Returns: 0 to 120 s; nil when neither header can be read.
  static func parse(_ headers: HTTPHeaders, now: Date = Date()) -> Duration? {
    headers.first(name: "retry-after-ms").flatMap { number($0, unit: 0.001) }
      ?? headers.first(name: "retry-after").flatMap { number($0, unit: 1) ?? date($0, now: now) }
  }

  /// Reads "try again in 2s" (OpenAI), "try again in 5 seconds" (LiteLLM) or "retry after 6 seconds"
  /// (Azure), which is all that is left where a gateway drops its provider's headers.
  ///
  /// - Parameter message: In lower case.
  static func parse(message: String) -> Duration? {
    let phrases = ["try again in ", "retry after "]
    guard let phrase = phrases.compactMap({ message.range(of: $0) }).first else { return nil }
    let words = message[phrase.upperBound...].prefix(40).split(separator: " ")
      .map { $0.trimmingCharacters(in: .punctuationCharacters) }
    guard let first = words.first else { return nil }
    let scale: Double? =
      switch words.dropFirst().first {
      case "ms", "milliseconds": 0.001
      case "s", "second", "seconds": 1
      case "minute", "minutes": 60
      default: nil
      }
    if let scale, let wait = number(first, unit: scale) { return wait }
    return ResetDuration.parse(first).map { min($0, longest) }
  }

  private static func number(_ text: String, unit: Double) -> Duration? {
    Double(text.trimmingCharacters(in: .whitespaces)).flatMap { bounded($0 * unit) }
  }

  private static func date(_ text: String, now: Date) -> Duration? {
    HTTPDate.parse(text).flatMap { bounded(max(0, $0.timeIntervalSince(now))) }
  }

  private static func bounded(_ seconds: Double) -> Duration? {
    guard seconds >= 0 else { return nil }
    return seconds < 120 ? .seconds(seconds) : longest
  }
}
