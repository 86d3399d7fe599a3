import Foundation
import Kafka
import KafkaWorker
import Logging
import Metrics
import Observability
import ServiceLifecycle
import Synchronization
import Tracing

/// What a process of a role tells of itself: metrics, traces, health. Made once a process, before anything that
/// records: what is made earlier records nowhere.
struct Observing: Sendable {
  /// The names that are recorded here.
  enum Metric: String, CaseIterable {
    case build = "highlights.build_info"
    case ready = "highlights.ready"
  }

  let role: String
  let figures = ProcessFigures()
  private let metrics: PrometheusMetrics
  private let exporter: OTLPExporter?

  init(_ settings: Settings, role: String) {
    self.role = role
    let metrics = PrometheusMetrics(table: DocumentedMetrics.table)
    MetricsSystem.bootstrap(metrics)
    self.metrics = metrics
    Gauge(
      label: Metric.build.rawValue,
      dimensions: [("version", Version.current), ("role", role)]
    ).record(1)
    guard let url = settings.traces.url else {
      exporter = nil
      return
    }
    let queue = SpanQueue()
    InstrumentationSystem.bootstrap(
      OTLPTracer(queue: queue, sampleRatio: settings.traces.sampleRatio))
    exporter = OTLPExporter(
      .init(
        url: url, resource: Self.resource(role),
        hidden: settings.log.showsQueryText ? [] : ["url.full", "url.query"]),
      queue: queue, logger: Logger(label: "traces"))
  }

  /// Starts logging. Once a process.
  static func log(_ settings: LogSettings) {
    let log = ProcessLog(
      format: settings.format, privacy: QueryPrivacy(showsText: settings.showsQueryText))
    if settings.format == .json { Talk.log.withLock { $0 = log } }
    LoggingSystem.bootstrap { log.handler($0, level: settings.level) }
  }

  /// To be begun first, so that they end last and see how the others end.
  var services: [any Service] { exporter.map { [$0] } ?? [] }

  /// Serves the metrics and how the process is.
  func server(
    _ settings: StatusSettings, troubles: @escaping @Sendable () -> [String],
    report: @escaping @Sendable () throws -> Data,
    missing: @escaping @Sendable () -> [String],
    measure: @escaping @Sendable () -> Void = {}
  ) -> StatusServer {
    let (role, host) = (role, settings.host)
    var logger = Logger(label: "status")
    // What it says below that is where it listens.
    logger.logLevel = max(logger.logLevel, .warning)
    return StatusServer(
      host: host, port: settings.port,
      source: .init(
        troubles: troubles, report: report, missing: missing,
        measure: { [figures] in
          figures.record()
          Gauge(label: Metric.ready.rawValue, dimensions: [("role", role)])
            .record(missing().isEmpty ? 1 : 0)
          measure()
        }),
      metrics: metrics, logger: logger,
      onRunning: { Talk.say("\(role): status at http://\(host):\($0)") })
  }

  /// OpenTelemetry's names for what a process is.
  private static func resource(_ role: String) -> [(String, String)] {
    let process = ProcessInfo.processInfo
    return [
      ("service.namespace", "highlights"), ("service.name", "highlights-\(role)"),
      ("service.version", Version.current), ("host.name", process.hostName),
      ("service.instance.id", "\(process.hostName)/\(process.processIdentifier)"),
    ]
  }
}

extension KafkaProducer {
  /// A producer whose statistics are recorded under `client`.
  convenience init(
    measuredAs client: String, _ configuration: KafkaProducerConfiguration,
    onError: @escaping @Sendable (KafkaError) -> Void = { _ in }
  ) throws {
    var configuration = configuration
    configuration.client.statisticsInterval = KafkaClientMetrics.interval
    let metrics = KafkaClientMetrics(client: client)
    try self.init(
      configuration: configuration, logger: Logger(label: "producer"), onError: onError,
      onStatistics: metrics.record)
  }
}
