/// One setting of `/admin/settings`: its name, what it may be, how it is read and written.
struct SettingKey: Sendable {
  typealias Path<Value> = WritableKeyPath<RunTimeSettings, Value> & Sendable

  let name: String
  /// To end a sentence with.
  let allowed: String
  let read: @Sendable (RunTimeSettings) -> JSONValue
  /// Sets a value; false, having changed nothing that counts, when it is not allowed.
  let write: @Sendable (inout RunTimeSettings, JSONValue) -> Bool

  static let largest = 1_000_000_000

  static func count(_ name: String, _ path: any Path<Int>) -> SettingKey {
    SettingKey(name: name, allowed: "a whole number from 0 to \(largest)") {
      .number(Double($0[keyPath: path]))
    } write: { settings, value in
      guard let count = value.integer, (0...largest).contains(count) else { return false }
      settings[keyPath: path] = count
      return true
    }
  }

  /// - Parameter zero: what 0 means.
  static func count(
    _ name: String, _ path: any Path<Int?>, none: String = "none", zero: String? = nil
  ) -> SettingKey {
    let allowed =
      zero.map { "a whole number from 0 (\($0)) to \(largest), or null for \(none)" }
      ?? "a whole number from 1 to \(largest), or 0 or null for \(none)"
    return SettingKey(name: name, allowed: allowed) {
      $0[keyPath: path].map { .number(Double($0)) } ?? .null
    } write: { settings, value in
      if value == .null {
        settings[keyPath: path] = nil
        return true
      }
      guard let count = value.integer, (0...largest).contains(count) else { return false }
      settings[keyPath: path] = count == 0 && zero == nil ? nil : count
      return true
    }
  }

  static func flag(_ name: String, _ path: any Path<Bool>) -> SettingKey {
    SettingKey(name: name, allowed: "true, false") {
      .bool($0[keyPath: path])
    } write: { settings, value in
      guard case .bool(let flag) = value else { return false }
      settings[keyPath: path] = flag
      return true
    }
  }

  static func choice<Choice: RawRepresentable<String> & CaseIterable & Sendable>(
    _ name: String, _ path: any Path<Choice>
  ) -> SettingKey {
    SettingKey(
      name: name, allowed: Choice.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
    ) {
      .string($0[keyPath: path].rawValue)
    } write: { settings, value in
      guard case .string(let word) = value, let choice = Choice(rawValue: word) else {
        return false
      }
      settings[keyPath: path] = choice
      return true
    }
  }

  static func duration(_ name: String, _ path: any Path<Duration>) -> SettingKey {
    SettingKey(name: name, allowed: SettingDuration.allowed) {
      SettingDuration.json($0[keyPath: path])
    } write: { settings, value in
      guard let duration = SettingDuration.parse(value) else { return false }
      settings[keyPath: path] = duration
      return true
    }
  }
}

/// Durations in settings: `250ms`, `10s`, `1.5m`, `1h`, or a number of seconds.
enum SettingDuration {
  static let allowed = "a duration such as \"250ms\", \"10s\" or \"5m\", or seconds, up to 24h"

  static func parse(_ value: JSONValue) -> Duration? {
    switch value {
    case .number(let seconds): return duration(seconds, 1)
    case .string(let text):
      for (unit, factor) in [("ms", 0.001), ("s", 1), ("m", 60), ("h", 3_600)]
      where text.hasSuffix(unit) {
        return Double(text.dropLast(unit.count)).flatMap { duration($0, factor) }
      }
      return nil
    default: return nil
    }
  }

  /// In milliseconds unless it is whole seconds.
  static func json(_ duration: Duration) -> JSONValue {
    let milliseconds = RateLimitHeaders.milliseconds(duration)
    return .string(
      milliseconds % 1_000 == 0 ? "\(milliseconds / 1_000)s" : "\(milliseconds)ms")
  }

  private static func duration(_ number: Double, _ factor: Double) -> Duration? {
    guard (0...86_400).contains(number * factor) else { return nil }
    return .nanoseconds(Int64((number * factor * 1e9).rounded()))
  }
}
