import Tracing

/// Makes spans for an ``OTLPExporter``, and carries W3C Trace Context across processes.
///
/// A trace that comes from elsewhere is recorded where it says so; of those that begin here a part is. What is not
/// recorded is passed on all the same, so that nobody downstream begins a trace of its own.
public struct OTLPTracer: Tracer {
  public typealias Span = OTLPSpan

  let queue: SpanQueue
  let sampleRatio: Double

  /// - Parameters:
  ///   - queue: where spans wait for their export once they have ended.
  ///   - sampleRatio: the part of the traces begun here that is recorded, 0 to 1.
  public init(queue: SpanQueue, sampleRatio: Double) {
    self.queue = queue
    self.sampleRatio = sampleRatio
  }

  public func startSpan<Instant: TracerInstant>(
    _ operationName: String, context: @autoclosure () -> InstrumentationContext,
    ofKind kind: SpanKind, at instant: @autoclosure () -> Instant, function: String,
    file fileID: String, line: UInt
  ) -> OTLPSpan {
    var context = context()
    let parent = context.traceContext
    let trace = parent?.traceID ?? Self.newTraceID()
    let own = TraceContext(
      traceID: trace, spanID: .random(in: 1...UInt64.max),
      isSampled: parent?.isSampled ?? isSampled(trace), state: parent?.state)
    context.traceContext = own
    return OTLPSpan(
      operationName, kind: kind, trace: own, parent: parent?.spanID,
      startedAt: own.isSampled ? instant().nanosecondsSinceEpoch : 0, context: context,
      queue: own.isSampled ? queue : nil)
  }

  /// By the identifier, so that each process that asks of one trace says the same.
  private func isSampled(_ trace: TraceContext.TraceID) -> Bool {
    sampleRatio >= 1 || Double(trace.low >> 11) < sampleRatio * Double(UInt64(1) << 53)
  }

  private static func newTraceID() -> TraceContext.TraceID {
    .init(high: .random(in: 1...UInt64.max), low: .random(in: 0...UInt64.max))
  }

  /// Spans are exported by the exporter alone.
  public func forceFlush() { queue.wake() }

  // MARK: Across processes

  static let traceparent = "traceparent"
  static let tracestate = "tracestate"

  public func extract<Carrier, Extract: Extractor>(
    _ carrier: Carrier, into context: inout InstrumentationContext, using extractor: Extract
  ) where Extract.Carrier == Carrier {
    guard let parent = extractor.extract(key: Self.traceparent, from: carrier),
      let trace = TraceContext(
        traceparent: parent, tracestate: extractor.extract(key: Self.tracestate, from: carrier))
    else { return }
    context.traceContext = trace
  }

  public func inject<Carrier, Inject: Injector>(
    _ context: InstrumentationContext, into carrier: inout Carrier, using injector: Inject
  ) where Inject.Carrier == Carrier {
    guard let trace = context.traceContext else { return }
    injector.inject(trace.traceparent, forKey: Self.traceparent, into: &carrier)
    if let state = trace.state { injector.inject(state, forKey: Self.tracestate, into: &carrier) }
  }
}
