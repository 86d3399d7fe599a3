import Foundation
import Hummingbird
import Logging
import NIOCore
import Synchronization

/// A receiver of OTLP over HTTP, as JSON, that keeps what it gets.
public final class OTLPReceiver: Sendable {
  private struct State {
    var spans: [ReceivedSpan] = []
    var requests = 0
    var refusing: Int?
  }

  private let state = Mutex(State())
  /// The port it listens on.
  public let port: Int
  private let running: Task<Void, any Error>

  /// Runs `body` with a receiver on a free port.
  public static func run<T>(_ body: (OTLPReceiver) async throws -> T) async throws -> T {
    let receiver = try await OTLPReceiver()
    defer { receiver.running.cancel() }
    return try await body(receiver)
  }

  private init() async throws {
    let (ports, port) = AsyncStream<Int>.makeStream()
    let holder = Mutex<OTLPReceiver?>(nil)
    let router = Router()
    router.post("/v1/traces") { request, _ -> HTTPResponse.Status in
      let body = try await request.body.collect(upTo: 16 << 20)
      return holder.withLock { $0 }?.take(Data(body.readableBytesView)) ?? .ok
    }
    var logger = Logger(label: "otlp")
    logger.logLevel = .critical
    let application = Application(
      router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
      onServerRunning: { port.yield($0.localAddress?.port ?? 0) }, logger: logger)
    running = Task { try await application.run() }
    var iterator = ports.makeAsyncIterator()
    self.port = await iterator.next() ?? 0
    holder.withLock { $0 = self }
  }

  public var url: String { "http://127.0.0.1:\(port)" }

  /// Everything that was received.
  public var spans: [ReceivedSpan] { state.withLock { $0.spans } }

  /// How often it was sent something.
  public var requests: Int { state.withLock { $0.requests } }

  /// Answers with this status from now on, and keeps nothing; nil takes spans again.
  public func refuse(with status: Int?) { state.withLock { $0.refusing = status } }

  private func take(_ body: Data) -> HTTPResponse.Status {
    state.withLock { state in
      state.requests += 1
      if let refusing = state.refusing { return .init(code: refusing) }
      guard let spans = try? ReceivedSpan.read(body) else { return .badRequest }
      state.spans += spans
      return .ok
    }
  }
}

/// A span as it was sent.
public struct ReceivedSpan: Sendable, Hashable {
  public var service: String
  public var traceID: String
  public var spanID: String
  /// Nil for the first of a trace.
  public var parentID: String?
  public var name: String
  /// `Span.SpanKind` of the protocol.
  public var kind: Int
  public var start: UInt64
  public var end: UInt64
  /// Texts and numbers as text.
  public var attributes: [String: String]
  /// Spans it is linked to.
  public var links: [String]
  /// Whether its status is an error.
  public var isError: Bool

  static func read(_ body: Data) throws -> [ReceivedSpan] {
    let request = try JSONDecoder().decode(Request.self, from: body)
    return request.resourceSpans.flatMap { resource in
      let service = read(resource.resource.attributes)["service.name"] ?? ""
      return resource.scopeSpans.flatMap(\.spans).map { span in
        ReceivedSpan(
          service: service, traceID: span.traceId, spanID: span.spanId,
          parentID: span.parentSpanId, name: span.name, kind: span.kind,
          start: UInt64(span.startTimeUnixNano) ?? 0, end: UInt64(span.endTimeUnixNano) ?? 0,
          attributes: read(span.attributes), links: span.links.map(\.spanId),
          isError: span.status.code == 2)
      }
    }
  }

  private static func read(_ attributes: [Attribute]) -> [String: String] {
    Dictionary(attributes.map { ($0.key, $0.value.text) }) { _, last in last }
  }

  private struct Request: Decodable {
    struct Resource: Decodable { var attributes: [Attribute] }
    struct Scope: Decodable { var spans: [Span] }
    struct ResourceSpans: Decodable {
      var resource: Resource
      var scopeSpans: [Scope]
    }
    struct Link: Decodable { var spanId: String }
    struct Status: Decodable { var code: Int? }
    struct Span: Decodable {
      var traceId: String
      var spanId: String
      var parentSpanId: String?
      var name: String
      var kind: Int
      var startTimeUnixNano: String
      var endTimeUnixNano: String
      var attributes: [Attribute]
      var links: [Link]
      var status: Status
    }
    var resourceSpans: [ResourceSpans]
  }

  private struct Attribute: Decodable {
    struct Value: Decodable {
      struct List: Decodable { var values: [Value] }
      var stringValue: String?
      var intValue: String?
      var doubleValue: Double?
      var boolValue: Bool?
      var arrayValue: List?

      var text: String {
        stringValue ?? intValue ?? doubleValue.map { "\($0)" } ?? boolValue.map { "\($0)" }
          ?? (arrayValue?.values ?? []).map(\.text).joined(separator: ",")
      }
    }
    var key: String
    var value: Value
  }
}
