import HighlightsProtocol

/// A cause for which searches wait before workers begin them, such as a model that cannot be reached.
public struct SearchHold: Sendable {
  /// A stable word, such as "circuit_open".
  public var reason: String
  /// When it is tried again, where that is known.
  public var until: UnixTime?
  /// Whether the search of a highlight key waits for it; must be quick.
  public var isAffected: @Sendable (String) -> Bool

  public init(
    reason: String, until: UnixTime? = nil,
    isAffected: @escaping @Sendable (_ key: String) -> Bool = { _ in true }
  ) {
    self.reason = reason
    self.until = until
    self.isAffected = isAffected
  }

  /// Whether it tells clients anything that another did not: estimates within a second of each other are one.
  func tellsMore(than other: SearchHold?) -> Bool {
    guard let other, other.reason == reason else { return true }
    guard let until, let known = other.until else { return (until == nil) != (other.until == nil) }
    return abs(until.milliseconds - known.milliseconds) >= 1_000
  }

  /// As clients are told.
  func note(at now: UnixTime) -> HoldNote {
    HoldNote(
      reason: QueryParameters.bounded(reason),
      estimateSeconds: until.map { max(1, ($0.milliseconds - now.milliseconds + 999) / 1_000) })
  }
}

/// Why a search waits and for about how long.
struct HoldNote: Encodable, Sendable, Hashable {
  var reason: String
  var estimateSeconds: Int64?

  enum CodingKeys: String, CodingKey {
    case reason
    case estimateSeconds = "estimate_seconds"
  }
}
