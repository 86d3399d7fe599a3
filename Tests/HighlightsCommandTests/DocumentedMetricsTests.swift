import Foundation
import HighlightStore
import KafkaWorker
import LLMGateway
import LookupService
import Observability
import Summarizer
import TestSupport
import Testing

@testable import HighlightsCommand

/// `HIGHLIGHTS_WRITE_REFERENCE=1 swift test --filter DocumentedMetricsTests` writes `Deploy/METRICS.md`.
@Suite("Documented metrics")
struct DocumentedMetricsTests {
  private static let file = NoidaBroker.repository.appending(path: "Deploy/METRICS.md")
  private static let sources = NoidaBroker.repository.appending(path: "Sources")

  /// Every name that a room records under.
  private static let recorded: [String] = [
    KafkaWorkerMetric.allCases.map(\.rawValue), KafkaClientMetrics.Metric.allCases.map(\.rawValue),
    SummarizerMetric.allCases.map(\.rawValue), LLMGatewayMetric.allCases.map(\.rawValue),
    GatewayGauges.Metric.allCases.map(\.rawValue),
    MeasuredHighlightStore.Metric.allCases.map(\.rawValue), LookupMetric.allCases.map(\.rawValue),
    ProcessFigures.Metric.allCases.map(\.rawValue), TraceMetric.allCases.map(\.rawValue),
    ProcessLog.Metric.allCases.map(\.rawValue), Observing.Metric.allCases.map(\.rawValue),
    ScalingGauges.Metric.allCases.map(\.rawValue),
  ].flatMap(\.self)

  /// What the exporter may make of a name.
  private static func shown(_ name: String) -> Set<String> {
    let base = name.replacing(".", with: "_")
    return [base, base + "_total", base + "_seconds"]
  }

  @Test("METRICS.md is the table")
  func written() throws {
    if ProcessInfo.processInfo.environment["HIGHLIGHTS_WRITE_REFERENCE"] != nil {
      try Data(DocumentedMetrics.text.utf8).write(to: Self.file)
    }
    #expect(try String(contentsOf: Self.file, encoding: .utf8) == DocumentedMetrics.text)
  }

  @Test("every name that is recorded has a row, and every row is recorded")
  func bothWays() {
    let rows = Set(DocumentedMetrics.table.rows.map(\.name))
    for name in Self.recorded {
      #expect(rows.intersection(Self.shown(name)).count == 1, "\(name) has no row")
    }
    let all = Set(Self.recorded.flatMap(Self.shown))
    for row in rows { #expect(all.contains(row), "nothing records \(row)") }
  }

  @Test("nothing is recorded under a name that is not one of these")
  func noStrangers() throws {
    let maker = /(?:Counter|Gauge|Meter|Recorder|Timer)\(\s*label: *(?<label>"[^"]*")/
    for (path, text) in try Self.swiftFiles() {
      for match in text.matches(of: maker) {
        Issue.record("\(path) records \(match.label), which no room names")
      }
    }
  }

  @Test("every name is used, not only listed")
  func used() throws {
    let listing = /case (?<name>\w+) = "(?<text>\w+\.[\w.]+)"/
    let files = try Self.swiftFiles()
    let uses = files.reduce(into: Set<String>()) { $0.formUnion(Self.members(in: $1.text)) }
    let recorded = Set(Self.recorded)
    for (path, text) in files where text.contains("String, CaseIterable") {
      for match in text.matches(of: listing) where recorded.contains(String(match.text)) {
        #expect(
          uses.contains(String(match.name)), "\(path) lists \(match.name), which nothing records")
      }
    }
  }

  /// Every word that follows a dot.
  private static func members(in text: String) -> Set<String> {
    func isOfWord(_ byte: UInt8) -> Bool {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
        true
      default: false
      }
    }
    return Set(
      text.utf8.split(separator: UInt8(ascii: ".")).dropFirst().map { part in
        String(decoding: part.prefix(while: isOfWord), as: UTF8.self)
      })
  }

  @Test("names, units and buckets are as Prometheus wants them")
  func conventions() {
    for row in DocumentedMetrics.table.rows {
      #expect(row.name.wholeMatch(of: /[a-z][a-z0-9_]*/) != nil)
      #expect(row.name.hasSuffix("_total") == (row.kind == .counter), "\(row.name)")
      #expect((row.kind == .histogram) == !row.bounds.isEmpty, "\(row.name)")
      #expect(row.bounds == row.bounds.sorted() && Set(row.bounds).count == row.bounds.count)
      #expect(Set(row.labels).count == row.labels.count)
      if row.unit == "seconds" { #expect(row.name.contains("seconds"), "\(row.name)") }
      #expect(row.meaning.hasSuffix(".") || row.meaning.hasSuffix(")."), "\(row.name)")
    }
  }

  private static func swiftFiles() throws -> [(path: String, text: String)] {
    let files = FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil)
    return try (files?.allObjects ?? []).compactMap { file in
      guard let url = file as? URL, url.pathExtension == "swift" else { return nil }
      return (url.lastPathComponent, try String(contentsOf: url, encoding: .utf8))
    }
  }
}
