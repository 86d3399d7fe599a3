import Foundation

/// Figures as people read them; what is undefined is a dash, never 0.
enum FigureText {
  static let undefined = "–"

  static func percent(_ share: Double?) -> String {
    share.map { String(format: "%.1f %%", $0 * 100) } ?? undefined
  }

  static func count(_ number: Int?) -> String {
    guard let number else { return undefined }
    var digits = String(number.magnitude)
    var groups: [String] = []
    while digits.count > 3 {
      groups.insert(String(digits.suffix(3)), at: 0)
      digits.removeLast(3)
    }
    return (number < 0 ? "−" : "") + ([digits] + groups).joined(separator: ",")
  }

  static func milliseconds(_ value: Double?) -> String {
    guard let value else { return undefined }
    if value.magnitude >= 1_000 {
      return String(format: value.magnitude >= 10_000 ? "%.1f s" : "%.2f s", value / 1_000)
    }
    return String(format: value.magnitude >= 100 ? "%.0f ms" : "%.1f ms", value)
  }

  /// Amounts of all currencies; nothing to pay is 0.
  static func cost(_ micros: [String: Int]) -> String {
    let amounts = micros.sorted { $0.key < $1.key }.map { currency, micros in
      String(format: "%.4f ", Double(micros) / 1_000_000) + currency
    }
    return amounts.isEmpty ? "0" : amounts.joined(separator: " + ")
  }

  /// A value of a metric, with a sign where it is a difference; shares differ by points.
  static func value(_ value: Double, of metric: ComparedMetric, signed: Bool = false) -> String {
    let text =
      switch metric {
      case .decisionAccuracy, .citationF1:
        signed ? String(format: "%.1f pp", value.magnitude * 100) : percent(value.magnitude)
      case .sentences: String(format: "%.2f", value.magnitude)
      case .tokens: String(format: "%.1f", value.magnitude)
      case .latencyMs: milliseconds(value.magnitude)
      }
    return (value < 0 ? "−" : signed && value > 0 ? "+" : "") + text
  }

  static func interval(_ difference: Difference, of metric: ComparedMetric) -> String {
    value(difference.lower, of: metric, signed: true) + " … "
      + value(difference.upper, of: metric, signed: true)
  }
}
