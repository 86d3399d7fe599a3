import Foundation
import Hummingbird
import Logging
import NIOCore
import ServiceLifecycle
import Synchronization

/// What a process tells of itself over HTTP: how it is, to probes and to people, and its metrics.
///
/// - `GET /livez`, and `/health`: 200 while there are no troubles that a restart may mend, 503 with one a line otherwise.
/// - `GET /readyz`: 200 while it does its work, 503 with what is missing, one a line, otherwise.
/// - `GET /startupz`: 200 for good once it was ready for the first time: until then nobody should expect it to be.
/// - `GET /status`: the process's report as JSON.
/// - `GET /metrics`: in Prometheus' text format, or in OpenMetrics' where that is asked for.
public struct StatusServer: Service {
  /// What is asked for at each request.
  public struct Source: Sendable {
    public var troubles: @Sendable () -> [String]
    public var report: @Sendable () throws -> Data
    /// What it waits for before it is of use; empty once it is ready.
    public var missing: @Sendable () -> [String]
    /// Brings metrics up to date that are only true when they are looked at.
    public var measure: @Sendable () -> Void

    public init(
      troubles: @escaping @Sendable () -> [String], report: @escaping @Sendable () throws -> Data,
      missing: @escaping @Sendable () -> [String] = { [] },
      measure: @escaping @Sendable () -> Void = {}
    ) {
      self.troubles = troubles
      self.report = report
      self.missing = missing
      self.measure = measure
    }
  }

  private let host: String
  private let port: Int
  private let source: Source
  private let metrics: PrometheusMetrics
  private let logger: Logger
  private let onRunning: @Sendable (Int) async -> Void

  /// - Parameters:
  ///   - port: 0 takes a free one.
  ///   - onRunning: called once with the port when requests are accepted.
  public init(
    host: String, port: Int, source: Source, metrics: PrometheusMetrics, logger: Logger,
    onRunning: @escaping @Sendable (_ port: Int) async -> Void = { _ in }
  ) {
    self.host = host
    self.port = port
    self.source = source
    self.metrics = metrics
    self.logger = logger
    self.onRunning = onRunning
  }

  /// Serves until graceful shutdown.
  ///
  /// - Throws: what binding the address throws.
  public func run() async throws {
    let router = Router()
    let started = Mutex(false)
    for path in ["/livez", "/health"] {
      router.get(RouterPath(path)) { [source] _, _ in Self.response(source.troubles()) }
    }
    router.get("/readyz") { [source] _, _ in Self.response(source.missing()) }
    router.get("/startupz") { [source] _, _ in
      if started.withLock({ $0 }) { return Self.response([]) }
      let missing = source.missing()
      if missing.isEmpty { started.withLock { $0 = true } }
      return Self.response(missing)
    }
    router.get("/status") { [source] _, _ in
      Self.response(.ok, "application/json", try source.report())
    }
    router.get("/metrics") { [metrics, source] request, _ in
      source.measure()
      let format = PrometheusFormat(accepting: request.headers[.accept])
      return Self.response(.ok, format.contentType, Data(metrics.text(format).utf8))
    }
    let application = Application(
      router: router,
      configuration: ApplicationConfiguration(address: .hostname(host, port: port)),
      onServerRunning: { [onRunning] channel in
        if let port = channel.localAddress?.port { await onRunning(port) }
      },
      logger: logger)
    try await application.run()
  }

  /// 200 where nothing is wrong, else 503 with what is.
  private static func response(_ wrong: [String]) -> Response {
    response(
      wrong.isEmpty ? .ok : .serviceUnavailable, "text/plain; charset=utf-8",
      Data((wrong.isEmpty ? ["ok"] : wrong).map { $0 + "\n" }.joined().utf8))
  }

  private static func response(
    _ status: HTTPResponse.Status, _ type: String, _ body: Data
  ) -> Response {
    Response(
      status: status, headers: [.contentType: type, .cacheControl: "no-store"],
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
  }
}
