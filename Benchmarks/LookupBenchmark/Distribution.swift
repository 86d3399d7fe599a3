import Foundation

/// Numbers in order, and what lies at a share of them.
struct Distribution {
  private let sorted: [Double]

  init(_ values: [Double]) { sorted = values.sorted() }

  var median: Double { at(0.5) }
  var minimum: Double { sorted.first ?? .nan }
  var maximum: Double { sorted.last ?? .nan }

  /// The smallest value that at least this share of them does not exceed.
  func at(_ share: Double) -> Double {
    guard !sorted.isEmpty else { return .nan }
    return sorted[max(0, Int((Double(sorted.count) * share).rounded(.up)) - 1)]
  }

  /// The median with the extremes in brackets.
  func text(_ format: String = "%.2f") -> String {
    func write(_ value: Double) -> String { String(format: format, value) }
    return "\(write(median)) [\(write(minimum)) to \(write(maximum))]"
  }
}
