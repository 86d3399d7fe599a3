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

  private static func number(_ text: String, unit: Double) -> Duration? {
    Double(text.trimmingCharacters(in: .whitespaces)).flatMap { bounded($0 * unit) }
  }

  private static func date(_ text: String, now: Date) -> Duration? {
    let format = DateFormatter()
    format.locale = Locale(identifier: "en_US_POSIX")
    format.timeZone = TimeZone(secondsFromGMT: 0)
    format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
    return format.date(from: text).flatMap { bounded(max(0, $0.timeIntervalSince(now))) }
  }

  private static func bounded(_ seconds: Double) -> Duration? {
    guard seconds >= 0 else { return nil }
    return seconds < 120 ? .seconds(seconds) : longest
  }
}
