import struct Foundation.Date

/// A date in one of HTTP's three forms (RFC 9110, 5.6.7).
///
/// - `Sun, 06 Nov 1994 08:49:37 GMT`
/// - `Sunday, 06-Nov-94 08:49:37 GMT` (RFC 850; from 69 on the year is of the 20th century)
/// - `Sun Nov  6 08:49:37 1994` (C's `asctime`)
enum HTTPDate {
  private static let months = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
  ]

  /// - Returns: nil for anything else. The weekday is not looked at.
  static func parse(_ text: String) -> Date? {
    var words = text.split { " ,-".contains($0) }.map { $0.lowercased() }
    if words.count == 6, ["gmt", "utc"].contains(words[5]) {
      words.removeLast()
    } else if words.count == 5 {
      words = [words[0], words[2], words[1], words[4], words[3]]
    }
    guard words.count == 5, let day = Int(words[1]), (1...31).contains(day),
      let month = months.firstIndex(of: words[2]), var year = Int(words[3]),
      (0...9999).contains(year), let seconds = secondsOfDay(words[4])
    else { return nil }
    if year < 100 { year += year < 69 ? 2000 : 1900 }
    let days = daysSince1970(year: year, month: month + 1, day: day)
    return Date(timeIntervalSince1970: Double(days * 86_400 + seconds))
  }

  private static func secondsOfDay(_ text: String) -> Int? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map { Int($0) ?? -1 }
    guard parts.count == 3, (0..<24).contains(parts[0]), (0..<60).contains(parts[1]),
      (0...60).contains(parts[2])
    else { return nil }
    return parts[0] * 3600 + parts[1] * 60 + parts[2]
  }

  /// Days of the Gregorian calendar; the year is taken to begin in March so that leap days end it.
  private static func daysSince1970(year: Int, month: Int, day: Int) -> Int {
    let year = month > 2 ? year : year - 1
    let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
    return 365 * year + year / 4 - year / 100 + year / 400 + dayOfYear - 719_468
  }
}
