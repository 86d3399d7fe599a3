import Foundation
import Hummingbird
import Logging
import NIOCore
import ServiceLifecycle

/// What a process tells of itself over HTTP: `/health`, `/status` and `/metrics`.
///
/// - `GET /health`: 200 while there are no troubles, 503 with one a line otherwise.
/// - `GET /status`: the process's report as JSON.
/// - `GET /metrics`: in Prometheus' text format.
public struct StatusServer: Service {
  /// What is asked for at each request.
  public struct Source: Sendable {
    public var troubles: @Sendable () -> [String]
    public var report: @Sendable () throws -> Data

    public init(
      troubles: @escaping @Sendable () -> [String], report: @escaping @Sendable () throws -> Data
    ) {
      self.troubles = troubles
      self.report = report
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
    router.get("/health") { [source] _, _ in
      let troubles = source.troubles()
      return Self.response(
        troubles.isEmpty ? .ok : .serviceUnavailable, "text/plain; charset=utf-8",
        Data((troubles.isEmpty ? ["ok"] : troubles).map { $0 + "\n" }.joined().utf8))
    }
    router.get("/status") { [source] _, _ in
      Self.response(.ok, "application/json", try source.report())
    }
    router.get("/metrics") { [metrics] _, _ in
      Self.response(.ok, "text/plain; version=0.0.4; charset=utf-8", Data(metrics.text().utf8))
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

  private static func response(
    _ status: HTTPResponse.Status, _ type: String, _ body: Data
  ) -> Response {
    Response(
      status: status, headers: [.contentType: type, .cacheControl: "no-store"],
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
  }
}
