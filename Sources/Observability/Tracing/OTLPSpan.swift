import Synchronization
import Tracing

/// A span that waits for its export once it has ended, where its trace is recorded.
public final class OTLPSpan: Tracing.Span {
  /// What is exported of it.
  struct Record: Sendable {
    var name: String
    let kind: SpanKind
    let trace: TraceContext
    let parent: UInt64?
    let startedAt: UInt64
    var endedAt: UInt64 = 0
    var attributes = SpanAttributes()
    var events: [Event] = []
    var links: [Link] = []
    var status: SpanStatus?
  }

  struct Event: Sendable {
    let name: String
    let at: UInt64
    let attributes: SpanAttributes
  }

  struct Link: Sendable {
    let trace: TraceContext
    let attributes: SpanAttributes
  }

  /// Of events, and of links: OpenTelemetry's default limit.
  private static let mostParts = 128

  public let context: InstrumentationContext
  /// Nil once it has ended, and for one that is not recorded.
  private let record: Mutex<Record?>
  private let queue: SpanQueue?

  init(
    _ name: String, kind: SpanKind, trace: TraceContext, parent: UInt64?, startedAt: UInt64,
    context: InstrumentationContext, queue: SpanQueue?
  ) {
    self.context = context
    self.queue = queue
    record = Mutex(
      queue == nil
        ? nil
        : Record(name: name, kind: kind, trace: trace, parent: parent, startedAt: startedAt))
  }

  public var isRecording: Bool { record.withLock { $0 != nil } }

  public var operationName: String {
    get { record.withLock { $0?.name ?? "" } }
    set { record.withLock { $0?.name = newValue } }
  }

  public var attributes: SpanAttributes {
    get { record.withLock { $0?.attributes ?? SpanAttributes() } }
    set { record.withLock { $0?.attributes = newValue } }
  }

  public func setStatus(_ status: SpanStatus) { record.withLock { $0?.status = status } }

  public func addEvent(_ event: SpanEvent) {
    add(Event(name: event.name, at: event.nanosecondsSinceEpoch, attributes: event.attributes))
  }

  public func addLink(_ link: SpanLink) {
    guard let trace = link.context.traceContext else { return }
    record.withLock { record in
      guard let count = record?.links.count, count < Self.mostParts else { return }
      record?.links.append(Link(trace: trace, attributes: link.attributes))
    }
  }

  /// Says of what type an error is; what it says in words may be of a search or a reply.
  public func recordError<Instant: TracerInstant>(
    _ error: any Error, attributes: SpanAttributes, at instant: @autoclosure () -> Instant
  ) {
    guard isRecording else { return }
    var attributes = attributes
    attributes["exception.type"] = String(reflecting: type(of: error))
    add(
      Event(name: "exception", at: instant().nanosecondsSinceEpoch, attributes: attributes))
  }

  public func end<Instant: TracerInstant>(at instant: @autoclosure () -> Instant) {
    guard queue != nil else { return }
    let now = instant().nanosecondsSinceEpoch
    let ended = record.withLock { record in
      defer { record = nil }
      record?.endedAt = now
      return record
    }
    if let ended { queue?.add(ended) }
  }

  private func add(_ event: Event) {
    record.withLock { record in
      guard let count = record?.events.count, count < Self.mostParts else { return }
      record?.events.append(event)
    }
  }
}
