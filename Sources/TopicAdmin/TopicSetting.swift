/// What values of topic settings mean.
enum TopicSetting {
  static let cleanup = "cleanup.policy"
  static let retention = "retention.ms"
  static let retentionBytes = "retention.bytes"
  static let messageBytes = "max.message.bytes"

  /// Whether two values say the same: lists in any order, numbers in any writing.
  static func isEqual(_ key: String, _ left: String, _ right: String?) -> Bool {
    guard let right else { return false }
    if left == right { return true }
    if let one = Int64(left), let other = Int64(right) { return one == other }
    return key == cleanup && policies(left) == policies(right)
  }

  /// `compact`, `delete` or both.
  static func policies(_ value: String) -> Set<String> {
    Set(value.split(separator: ",").map { $0.filter { !$0.isWhitespace }.lowercased() })
  }

  /// Nil for a setting that is absent or no number; -1, without a bound, is the largest.
  static func bound(_ value: String?) -> Int64? {
    value.flatMap { Int64($0) }.map { $0 < 0 ? .max : $0 }
  }

  /// A value for people: milliseconds as a duration, bytes as such.
  static func words(_ key: String, _ value: String) -> String {
    guard let number = Int64(value), number != 0 else { return value }
    if key.hasSuffix(".ms") {
      return number < 0 ? "\(value) (for ever)" : "\(value) (\(duration(milliseconds: number)))"
    }
    if key.hasSuffix(".bytes") {
      if number < 0 { return "\(value) (no bound)" }
      return number % (1 << 20) == 0 ? "\(value) (\(number >> 20) MiB)" : value
    }
    return value
  }

  /// Such as `7d`, `36h` or `90s`: in the largest unit that needs no fraction.
  static func duration(milliseconds: Int64) -> String {
    let units: [(Int64, String)] = [
      (86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1_000, "s"),
    ]
    for (size, unit) in units where milliseconds >= size && milliseconds % size == 0 {
      return "\(milliseconds / size)\(unit)"
    }
    return "\(milliseconds)ms"
  }
}
