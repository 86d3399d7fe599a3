import AsyncHTTPClient
import CoreMetrics
import Logging
import NIOCore
import NIOHTTP1
import ServiceLifecycle

/// Sends spans to a receiver by OTLP over HTTP, as JSON (opentelemetry-proto, "OTLP/HTTP").
///
/// It never holds anybody up: what the receiver does not take within a few tries is dropped and counted, and what comes
/// meanwhile waits in the queue, which is bounded.
public struct OTLPExporter: Service {
  public struct Settings: Sendable {
    /// Of the receiver; without a path `/v1/traces` is added.
    public var url: String
    /// Says what is observed, such as `service.name`.
    public var resource: [(String, String)]
    /// Names of attributes that are not exported.
    public var hidden: Set<String>
    /// The longest that a span waits for company.
    public var interval: Duration
    /// How long one export may take.
    public var timeout: Duration
    /// How often a batch is sent before it is dropped.
    public var tries: Int

    public init(
      url: String, resource: [(String, String)], hidden: Set<String> = [],
      interval: Duration = .seconds(1), timeout: Duration = .seconds(5), tries: Int = 3
    ) {
      self.url = url
      self.resource = resource
      self.hidden = hidden
      self.interval = interval
      self.timeout = timeout
      self.tries = tries
    }
  }

  /// How long what is left may take to be exported at the end.
  private static let lastWord = Duration.seconds(5)

  private let settings: Settings
  private let url: String
  private let queue: SpanQueue
  private let logger: Logger
  private let exported: Counter
  private let failed: Counter
  private let waiting: Gauge

  public init(_ settings: Settings, queue: SpanQueue, logger: Logger) {
    self.settings = settings
    self.queue = queue
    self.logger = logger
    url = Self.endpoint(settings.url)
    exported = TraceMetric.spans("exported", queue.metrics)
    failed = TraceMetric.spans("dropped_failed", queue.metrics)
    waiting = Gauge(label: TraceMetric.spansWaiting.rawValue, factory: queue.metrics)
  }

  /// Where exports go.
  static func endpoint(_ url: String) -> String {
    guard let scheme = url.firstRange(of: "://") else { return url }
    let path = url[scheme.upperBound...].drop { $0 != "/" }
    return path.isEmpty || path == "/"
      ? url.prefix(url.count - path.count) + "/v1/traces" : url
  }

  /// Exports until graceful shutdown, then what is left.
  public func run() async throws {
    var configuration = HTTPClient.Configuration(
      redirectConfiguration: .disallow, timeout: .init(connect: .seconds(2)))
    // Its own requests are no part of any trace.
    configuration.tracing.tracer = nil
    let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    await cancelWhenGracefulShutdown { await exportRegularly(client) }
    await exportWhatIsLeft(client)
    try await client.shutdown()
  }

  private func exportRegularly(_ client: HTTPClient) async {
    await withTaskGroup { group in
      group.addTask {
        while !Task.isCancelled {
          try? await Task.sleep(for: settings.interval)
          queue.wake()
        }
      }
      for await _ in queue.wakes {
        waiting.record(queue.count)
        await exportAll(client)
        if Task.isCancelled { break }
      }
      group.cancelAll()
    }
  }

  /// In a task of its own, because this one may be cancelled by now.
  private func exportWhatIsLeft(_ client: HTTPClient) async {
    let last = Task { await exportAll(client) }
    let timer = Task {
      try? await Task.sleep(for: Self.lastWord)
      last.cancel()
    }
    await last.value
    timer.cancel()
    waiting.record(queue.count)
  }

  private func exportAll(_ client: HTTPClient) async {
    while !Task.isCancelled {
      let spans = queue.take()
      if spans.isEmpty { return }
      await export(spans, client)
    }
  }

  private func export(_ spans: [OTLPSpan.Record], _ client: HTTPClient) async {
    let body = OTLPText.request(spans, resource: settings.resource, hiding: settings.hidden)
    var wait = Duration.milliseconds(250)
    for attempt in 1...max(1, settings.tries) {
      let trouble: String
      do {
        let status = try await send(body, client)
        if status == .ok || status == .accepted || status == .noContent {
          return exported.increment(by: spans.count)
        }
        trouble = "HTTP \(status.code)"
        // Others say that it will never be taken (OTLP/HTTP, "Failures").
        guard [429, 502, 503, 504].contains(status.code) else {
          return drop(spans, trouble)
        }
      } catch {
        trouble = "\(error)"
      }
      guard attempt < settings.tries, !Task.isCancelled else { return drop(spans, trouble) }
      try? await Task.sleep(for: wait)
      wait *= 2
    }
  }

  private func drop(_ spans: [OTLPSpan.Record], _ trouble: String) {
    failed.increment(by: spans.count)
    logger.warning("\(spans.count) spans were not exported to \(url): \(trouble)")
  }

  private func send(_ body: [UInt8], _ client: HTTPClient) async throws -> HTTPResponseStatus {
    var request = HTTPClientRequest(url: url)
    request.method = .POST
    request.headers.add(name: "content-type", value: "application/json")
    request.body = .bytes(ByteBuffer(bytes: body))
    let response = try await client.execute(
      request, timeout: .nanoseconds(Int64(settings.timeout / .nanoseconds(1))))
    // Read to its end, so that the connection can be used again.
    for try await _ in response.body {}
    return response.status
  }
}
