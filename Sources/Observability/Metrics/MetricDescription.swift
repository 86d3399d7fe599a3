/// One metric as it is documented: what `# HELP` and `# TYPE` say, and how a histogram is cut.
public struct MetricDescription: Sendable, Hashable {
  public enum Kind: String, Sendable { case counter, gauge, histogram }

  /// As Prometheus shows it, suffixes included.
  public let name: String
  public let kind: Kind
  /// What its values count, such as `seconds`; `1` for a ratio or a flag.
  public let unit: String
  /// The names of its labels.
  public let labels: [String]
  /// One sentence.
  public let meaning: String
  /// The upper bounds of a histogram's buckets, rising; empty for the others.
  public let bounds: [Double]

  public static func counter(
    _ name: String, _ unit: String, _ labels: [String], _ meaning: String
  ) -> MetricDescription {
    MetricDescription(
      name: name, kind: .counter, unit: unit, labels: labels, meaning: meaning, bounds: [])
  }

  public static func gauge(
    _ name: String, _ unit: String, _ labels: [String], _ meaning: String
  ) -> MetricDescription {
    MetricDescription(
      name: name, kind: .gauge, unit: unit, labels: labels, meaning: meaning, bounds: [])
  }

  public static func histogram(
    _ name: String, _ unit: String, _ labels: [String], _ meaning: String, bounds: [Double]
  ) -> MetricDescription {
    MetricDescription(
      name: name, kind: .histogram, unit: unit, labels: labels, meaning: meaning, bounds: bounds)
  }
}

/// Every metric that a program may show.
public struct MetricTable: Sendable {
  public let rows: [MetricDescription]
  private let byName: [String: MetricDescription]

  /// - Parameter rows: each name once.
  public init(_ rows: [MetricDescription] = []) {
    self.rows = rows
    byName = Dictionary(rows.map { ($0.name, $0) }) { first, second in
      preconditionFailure("the metric \(second.name) is described twice")
    }
  }

  public subscript(name: String) -> MetricDescription? { byName[name] }

  /// The rows as a table in Markdown.
  public var markdown: String {
    var text = """
      | name | type | unit | labels | meaning |
      |---|---|---|---|---|

      """
    for row in rows {
      let labels = row.labels.map { "`\($0)`" }.joined(separator: ", ")
      text +=
        "| `\(row.name)` | \(row.kind.rawValue) | \(row.unit) | \(labels) | \(row.meaning) |\n"
    }
    return text
  }
}
