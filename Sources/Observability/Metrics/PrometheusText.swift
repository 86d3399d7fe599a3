/// How metrics are written.
public enum PrometheusFormat: Sendable, Hashable {
  /// Prometheus' text format, version 0.0.4.
  case text
  /// OpenMetrics 1.0: with units, and with exemplars that name traces.
  case openMetrics

  /// What a scraper's `Accept` header asks for; the text format unless it names the other.
  public init(accepting header: String?) {
    self = header?.contains("application/openmetrics-text") == true ? .openMetrics : .text
  }

  public var contentType: String {
    switch self {
    case .text: "text/plain; version=0.0.4; charset=utf-8"
    case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
    }
  }
}

/// Writes series that come in the order of their names.
struct PrometheusText {
  let format: PrometheusFormat
  let table: MetricTable
  private var text = ""
  private var last: String?

  init(format: PrometheusFormat, table: MetricTable) {
    self.format = format
    self.table = table
  }

  func ended() -> String { format == .openMetrics ? text + "# EOF\n" : text }

  mutating func write(
    _ series: PrometheusMetrics.Series, _ kind: PrometheusCell.Kind, _ cell: PrometheusCell
  ) {
    if series.name != last {
      head(series.name, kind)
      last = series.name
    }
    let value = cell.current
    let own = series.labels.isEmpty ? "" : "{\(series.labels)}"
    guard kind == .histogram else {
      text += "\(series.name)\(own) \(Self.text(value.sum))\n"
      return
    }
    var below = 0
    let before = series.labels.isEmpty ? "" : series.labels + ","
    for (index, count) in value.buckets.enumerated() {
      below += count
      let bound = index < cell.bounds.count ? Self.text(cell.bounds[index]) : "+Inf"
      text += "\(series.name)_bucket{\(before)le=\"\(bound)\"} \(below)"
      if format == .openMetrics, let exemplar = value.exemplars[index] {
        text += " # {trace_id=\"\(exemplar.traceID)\"} \(exemplar.value) \(exemplar.time)"
      }
      text += "\n"
    }
    text += "\(series.name)_sum\(own) \(Self.text(value.sum))\n"
    text += "\(series.name)_count\(own) \(value.count)\n"
  }

  private mutating func head(_ name: String, _ kind: PrometheusCell.Kind) {
    // OpenMetrics names the family, of which a counter's samples have the suffix.
    let isCounter = kind == .counter && format == .openMetrics
    let family = isCounter && name.hasSuffix("_total") ? String(name.dropLast(6)) : name
    if let row = table[name] {
      text += "# HELP \(family) \(Self.escaped(row.meaning, quotes: format == .openMetrics))\n"
    }
    text += "# TYPE \(family) \(kind.rawValue)\n"
    if format == .openMetrics, let unit = table[name]?.unit, family.hasSuffix("_" + unit) {
      text += "# UNIT \(family) \(unit)\n"
    }
  }

  // MARK: Parts

  static func name(_ label: String, colons: Bool = true) -> String {
    var name = String(
      label.unicodeScalars.map { scalar in
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "_": Character(scalar)
        case ":" where colons: ":"
        default: "_"
        }
      })
    if name.first.map({ $0.isNumber }) ?? true { name = "_" + name }
    return name
  }

  static func labels(_ dimensions: [(String, String)]) -> String {
    dimensions.map { "\(name($0.0, colons: false))=\"\(escaped($0.1, quotes: true))\"" }
      .sorted().joined(separator: ",")
  }

  private static func escaped(_ value: String, quotes: Bool) -> String {
    let text = value.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
    return quotes ? text.replacing("\"", with: "\\\"") : text
  }

  private static func text(_ number: Double) -> String {
    number == number.rounded() && abs(number) < 1e15 ? "\(Int64(number))" : "\(number)"
  }
}
