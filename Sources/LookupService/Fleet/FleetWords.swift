import HighlightsProtocol

/// What messages say, cut down to what may be kept and shown: nobody is trusted to be brief.
enum FleetWords {
  /// The largest number that every reader of JSON holds exactly.
  static let mostUnits: Int64 = 9_007_199_254_740_991

  /// At most 64 Unicode scalars without control characters; of names at most 128.
  static func bounded(_ text: String, to most: Int = 64) -> String {
    var kept = String.UnicodeScalarView()
    for scalar in text.unicodeScalars.prefix(most) {
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate:
        kept.append("\u{FFFD}")
      default: kept.append(scalar)
      }
    }
    return String(kept)
  }

  static func name(_ text: String) -> String { bounded(text, to: 128) }

  /// A currency's code by ISO 4217; nil for what cannot be one.
  static func currency(_ text: String) -> String? {
    let isCode = text.utf8.count == 3 && text.utf8.allSatisfy { (65...90).contains($0) }
    return isCode ? text : nil
  }

  static func units(_ count: UInt64) -> Int64 { Int64(min(count, UInt64(mostUnits))) }

  static func units(_ count: Int64) -> Int64 { min(max(count, 0), mostUnits) }

  /// A number that JSON can write; what is none counts as 0.
  static func number(_ value: Double) -> Double {
    value.isFinite ? min(max(value, 0), 1e15) : 0
  }

  /// Both are at most ``mostUnits``, and so is the sum.
  static func sum(_ left: Int64, _ right: Int64) -> Int64 { min(left + right, mostUnits) }

  static func word(_ result: Outcome.Result) -> String {
    switch result {
    case .answered: "answered"
    case .noAnswer: "no_answer"
    case .filtered: "filtered"
    case .unchanged: "unchanged"
    case .expired: "expired"
    case .dead: "dead"
    case .unspecified, .UNRECOGNIZED: "unknown"
    }
  }

  /// Every word that ``word(_:)`` has, in the order they are listed in.
  static let results = [
    "answered", "unchanged", "no_answer", "filtered", "expired", "dead", "unknown",
  ]
}
