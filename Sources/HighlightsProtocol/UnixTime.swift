import Foundation
import SwiftProtobuf

/// A moment in whole milliseconds since 1970-01-01T00:00:00Z, Kafka's own resolution.
///
/// Highlights of one key are ordered by it, so it compares exactly, which `Date` does not.
/// Values stay within the years 1 to 9999, which is all protobuf's JSON and RFC 3339 can write;
/// what lies outside is taken as the nearest of the two ends.
public struct UnixTime: Sendable, Hashable, Comparable, CustomStringConvertible {
  public let milliseconds: Int64

  public static let earliest = UnixTime(milliseconds: -62_135_596_800_000)
  public static let latest = UnixTime(milliseconds: 253_402_300_799_999)

  /// What the wall clock says.
  public static var now: UnixTime {
    UnixTime(milliseconds: Int64(Date().timeIntervalSince1970 * 1_000))
  }

  public init(milliseconds: Int64) {
    self.milliseconds = min(max(milliseconds, -62_135_596_800_000), 253_402_300_799_999)
  }

  /// Rounds down to the millisecond.
  public init(_ timestamp: Google_Protobuf_Timestamp) {
    let (scaled, overflow) = timestamp.seconds.multipliedReportingOverflow(by: 1000)
    guard !overflow else {
      self = timestamp.seconds < 0 ? .earliest : .latest
      return
    }
    let nanos = Int64(timestamp.nanos)
    let part = nanos >= 0 ? nanos / 1_000_000 : (nanos - 999_999) / 1_000_000
    let (sum, sumOverflow) = scaled.addingReportingOverflow(part)
    self.init(milliseconds: sumOverflow ? (scaled < 0 ? .min : .max) : sum)
  }

  /// The same moment as a message field.
  public var timestamp: Google_Protobuf_Timestamp {
    let part = ((milliseconds % 1000) + 1000) % 1000
    return Google_Protobuf_Timestamp(
      seconds: (milliseconds - part) / 1000, nanos: Int32(part) * 1_000_000)
  }

  /// The moment that many milliseconds later, within the supported years.
  public func advanced(byMilliseconds count: Int64) -> UnixTime {
    let (sum, overflow) = milliseconds.addingReportingOverflow(count)
    return UnixTime(milliseconds: overflow ? (count < 0 ? .min : .max) : sum)
  }

  public static func < (left: UnixTime, right: UnixTime) -> Bool {
    left.milliseconds < right.milliseconds
  }

  /// RFC 3339 in UTC with milliseconds, such as "2026-11-23T23:10:00.042Z".
  public var description: String {
    let parts = parts
    let date =
      "\(Self.padded(parts.year, 4))-\(Self.padded(parts.month, 2))-\(Self.padded(parts.day, 2))"
    let time =
      "\(Self.padded(parts.hour, 2)):\(Self.padded(parts.minute, 2)):\(Self.padded(parts.second, 2))"
    return "\(date)T\(time).\(Self.padded(parts.millisecond, 3))Z"
  }

  /// The form that HTTP has for dates, such as "Mon, 23 Nov 2026 23:10:00 GMT" (RFC 9110, 5.6.7).
  public var httpDate: String {
    let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    let months = [
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
    let days = Int((milliseconds - parts.inDay) / 86_400_000)
    let date =
      "\(Self.padded(parts.day, 2)) \(months[Int(parts.month) - 1]) \(Self.padded(parts.year, 4))"
    let time =
      "\(Self.padded(parts.hour, 2)):\(Self.padded(parts.minute, 2)):\(Self.padded(parts.second, 2))"
    return "\(weekdays[((days % 7) + 7) % 7]), \(date) \(time) GMT"
  }

  /// What a calendar and a clock show, in UTC.
  var parts: Parts {
    let inDay = ((milliseconds % 86_400_000) + 86_400_000) % 86_400_000
    let (year, month, day) = Self.civil((milliseconds - inDay) / 86_400_000)
    return Parts(
      inDay: inDay, year: year, month: month, day: day, hour: inDay / 3_600_000,
      minute: inDay / 60_000 % 60,
      second: inDay / 1_000 % 60, millisecond: inDay % 1_000)
  }

  struct Parts {
    /// Milliseconds since midnight.
    let inDay: Int64
    let year, month, day, hour, minute, second, millisecond: Int64
  }

  /// Year, month and day of a count of days since 1970 (Howard Hinnant's `civil_from_days`).
  private static func civil(_ day: Int64) -> (Int64, Int64, Int64) {
    let shifted = day + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let marchMonth = (5 * dayOfYear + 2) / 153
    let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return (year, month, dayOfYear - (153 * marchMonth + 2) / 5 + 1)
  }

  private static func padded(_ value: Int64, _ width: Int) -> String {
    let digits = String(value)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}
