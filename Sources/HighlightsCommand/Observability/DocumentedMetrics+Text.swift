import Observability

extension DocumentedMetrics {
  /// `Deploy/METRICS.md`.
  static var text: String {
    var text = """
      # Metrics

      What `/metrics` of every process shows, in Prometheus' text format. This file is written from the table that the
      exporter takes its `# HELP` and `# TYPE` lines and its buckets from
      (`Sources/HighlightsCommand/Observability/DocumentedMetrics.swift`), and a test holds every name that the sources
      record to it, both ways.

      Counters end in `_total`. A histogram shows `_bucket`, `_sum` and `_count`. Prometheus adds `job` and `instance`.
      A series is there from when it is first recorded; one of a partition that is given up goes away.

      """
    for section in sections {
      text += """

        ## \(section.title)

        Shown by: \(section.processes).

        \(MetricTable(section.rows).markdown)
        """
    }
    return text
  }
}
