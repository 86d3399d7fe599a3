/// A report for a terminal.
public struct TextReport: Sendable, Hashable, CustomStringConvertible {
  private let report: EvaluationReport
  private let comparison: PairedComparison?

  public init(_ report: EvaluationReport, comparison: PairedComparison? = nil) {
    self.report = report
    self.comparison = comparison
  }

  /// Lines, the last without its end.
  public var description: String {
    ([facts, searches, gold, dropped] + [comparison.map(Self.compared)])
      .compactMap(\.self).joined(separator: "\n\n")
  }

  private var facts: String? {
    guard !report.facts.isEmpty else { return nil }
    return report.facts
      .map { "\(TextTable.printable($0.name)): \(TextTable.printable($0.value))" }
      .joined(separator: "\n")
  }

  private var searches: String {
    let counts = report.counts
    var table = TextTable(["", report.name])
    let rows: [(String, String)] = [
      ("searches", FigureText.count(counts.searches)),
      ("answered", FigureText.count(counts.answered)),
      ("declined", FigureText.count(counts.declined)),
      ("filtered", FigureText.count(counts.filtered)),
      ("failed", FigureText.count(counts.failed)),
      ("sentences written", FigureText.count(counts.sentencesWritten)),
      ("sentences published", FigureText.count(counts.sentencesPublished)),
      ("of these verified", FigureText.percent(counts.verifiedShare)),
      ("general sentences", FigureText.count(counts.sentencesGeneral)),
      ("segments flagged", FigureText.count(counts.flaggedSegments)),
      ("injections obeyed", FigureText.count(report.injectionsObeyed)),
      ("tokens in", FigureText.count(counts.inputTokens)),
      ("tokens out", FigureText.count(counts.outputTokens)),
      ("cost", FigureText.cost(counts.costMicros)),
      ("latency p50", FigureText.milliseconds(report.latency?.p50)),
      ("latency p95", FigureText.milliseconds(report.latency?.p95)),
      ("latency p99", FigureText.milliseconds(report.latency?.p99)),
    ]
    for (name, value) in rows { table.add([name, value]) }
    return table.text
  }

  private var gold: String? {
    guard let gold = report.gold else { return nil }
    var table = TextTable(["against gold", report.name] + report.baselines.map(\.name))
    for row in GoldRow.all {
      table.add([row.name, row.text(gold)] + report.baselines.map { row.text($0.gold) })
    }
    return table.text
  }

  private var dropped: String? {
    let reasons =
      [("not published", report.counts.dropReasons), ("ended", report.counts.reasons)]
      + [("published unverified", report.counts.faults)]
    let tables = reasons.filter { !$1.isEmpty }.map { name, counts in
      var table = TextTable([name, ""])
      for (reason, count) in Self.ranked(counts) { table.add([reason, FigureText.count(count)]) }
      return table.text
    }
    return tables.isEmpty ? nil : tables.joined(separator: "\n\n")
  }

  private static func compared(_ comparison: PairedComparison) -> String {
    var table = TextTable([
      "per search", comparison.before, comparison.after, "difference", "95 % interval", "verdict",
    ])
    for row in comparison.rows {
      let metric = row.metric
      let values = row.difference.map { difference in
        [
          FigureText.value(difference.before, of: metric),
          FigureText.value(difference.after, of: metric),
          FigureText.value(difference.value, of: metric, signed: true),
          FigureText.interval(difference, of: metric),
        ]
      }
      table.add(
        [metric.name] + (values ?? Array(repeating: FigureText.undefined, count: 4))
          + [row.verdict.rawValue])
    }
    return table.text
      + "\n\(FigureText.count(comparison.searches)) searches in pairs, resampled "
      + "\(FigureText.count(comparison.resamples)) times"
  }

  /// The most frequent first, equals by name.
  static func ranked(_ counts: [String: Int]) -> [(String, Int)] {
    counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { ($0.key, $0.value) }
  }
}
