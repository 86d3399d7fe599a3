import Foundation

/// The legs of one kind of work, pair by pair.
struct Comparison {
  let work: Work
  var c: [LegResult] = []
  var swift: [LegResult] = []

  init(work: Work) { self.work = work }

  /// Lowest share of C's messages a second.
  private var speedBar: Double { work == .produceHeaders ? 0.85 : 0.9 }
  /// Highest multiple of C's processor time a message; nil where there is no bar.
  private var cpuBar: Double? { work == .produceHeaders ? nil : 1.3 }

  private var speed: Spread {
    Spread(zip(swift, c).map { $0.messagesPerSecond / $1.messagesPerSecond })
  }
  private var cpu: Spread {
    Spread(zip(swift, c).map { $0.cpuMicrosecondsPerMessage / $1.cpuMicrosecondsPerMessage })
  }

  /// What the continuous integration keeps.
  var figures: [(name: String, value: String)] {
    let name = work.rawValue.replacingOccurrences(of: "-", with: "_")
    return [
      ("\(name)_vs_c", Self.format(speed.median)), ("\(name)_cpu_vs_c", Self.format(cpu.median)),
    ]
  }

  static let heading = """
    | work | C msg/s | Swift msg/s | ratio | bar | C µs CPU/msg | Swift µs CPU/msg | ratio | bar |
    |---|---|---|---|---|---|---|---|---|
    """

  var row: String {
    let cells = [
      work.rawValue,
      Self.thousands(c), Self.thousands(swift), speed.description, "≥ \(speedBar)",
      Self.format(Spread(c.map(\.cpuMicrosecondsPerMessage)).median),
      Self.format(Spread(swift.map(\.cpuMicrosecondsPerMessage)).median),
      cpu.description, cpuBar.map { "≤ \($0)" } ?? "",
    ]
    return "| " + cells.joined(separator: " | ") + " |"
  }

  private static func thousands(_ legs: [LegResult]) -> String {
    String(format: "%.0f k", Spread(legs.map(\.messagesPerSecond)).median / 1_000)
  }

  fileprivate static func format(_ number: Double) -> String { String(format: "%.2f", number) }
}

/// Median and extremes of some numbers.
struct Spread: CustomStringConvertible {
  let median: Double
  let least: Double
  let most: Double

  init(_ numbers: [Double]) {
    let sorted = numbers.sorted()
    let middle = sorted.count / 2
    median = sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    least = sorted[0]
    most = sorted[sorted.count - 1]
  }

  var description: String {
    String(format: "%.2f [%.2f to %.2f]", median, least, most)
  }
}
