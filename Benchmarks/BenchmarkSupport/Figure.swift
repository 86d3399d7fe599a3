import Foundation

/// A number that a benchmark stands or falls with.
public struct Figure: Sendable {
  public enum Bar: Sendable {
    case atLeast(Double)
    case below(Double)
    case atMost(Double)
    case exactly(Double)
    case above(Double)
  }

  public let name: String
  public let value: Double
  /// Nil where the number only informs.
  public let bar: Bar?

  public init(_ name: String, _ value: Double, _ bar: Bar? = nil) {
    self.name = name
    self.value = value
    self.bar = bar
  }

  /// Whether it is as it should be; a number that is none never is.
  public var isMet: Bool {
    guard value.isFinite else { return false }
    return switch bar {
    case .atLeast(let bar): value >= bar
    case .below(let bar): value < bar
    case .atMost(let bar): value <= bar
    case .exactly(let bar): value == bar
    case .above(let bar): value > bar
    case nil: true
    }
  }

  private var target: String {
    switch bar {
    case .atLeast(let bar): "≥ \(Self.format(bar))"
    case .below(let bar): "< \(Self.format(bar))"
    case .atMost(let bar): "≤ \(Self.format(bar))"
    case .exactly(let bar): "\(Self.format(bar))"
    case .above(let bar): "> \(Self.format(bar))"
    case nil: ""
    }
  }

  /// Prints a table and then the `figure` lines; throws when one is missed, or when there is none.
  public static func report(_ figures: [Figure]) throws {
    print("| figure | value | bar |\n|---|---|---|")
    for figure in figures {
      print("| \(figure.name) | \(format(figure.value)) | \(figure.target) |")
    }
    for figure in figures { print("figure \(figure.name) \(format(figure.value))") }
    guard !figures.isEmpty else { throw BenchmarkError("nothing was measured") }
    let missed = figures.filter { !$0.isMet }
    guard missed.isEmpty else {
      throw BenchmarkError(
        "missed: "
          + missed.map { "\($0.name) is \(format($0.value)), bar \($0.target)" }
          .joined(separator: "; "))
    }
  }

  private static func format(_ number: Double) -> String {
    guard number.isFinite else { return "\(number)" }
    if number == number.rounded() { return String(format: "%.0f", number) }
    return String(format: number >= 100 ? "%.0f" : "%.3f", number)
  }
}
