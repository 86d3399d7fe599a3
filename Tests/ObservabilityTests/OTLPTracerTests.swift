import Logging
import ServiceLifecycle
import Synchronization
import Testing
import TraceSupport
import Tracing

@testable import Observability

@Suite("OTLP tracer")
struct OTLPTracerTests {
  private let metrics = PrometheusMetrics()

  private func queue(capacity: Int = 100, batch: Int = 10) -> SpanQueue {
    SpanQueue(capacity: capacity, batch: batch, metrics: metrics)
  }

  /// Runs an exporter while `body` does, and then to its graceful end.
  private func export(
    _ queue: SpanQueue, to url: String, hiding hidden: Set<String> = [], tries: Int = 2,
    _ body: () async throws -> Void
  ) async throws {
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    let exporter = OTLPExporter(
      .init(
        url: url, resource: [("service.name", "tests")], hidden: hidden,
        interval: .milliseconds(20), timeout: .seconds(5), tries: tries),
      queue: queue, logger: logger)
    let group = ServiceGroup(services: [exporter], logger: logger)
    async let running: Void = group.run()
    try await body()
    await group.triggerGracefulShutdown()
    try await running
  }

  private struct Dictionary: Extractor, Injector {
    func extract(key: String, from carrier: [String: String]) -> String? { carrier[key] }
    func inject(_ value: String, forKey key: String, into carrier: inout [String: String]) {
      carrier[key] = value
    }
  }

  @Test("exports a trace of spans within spans, with all they say")
  func exports() async throws {
    try await OTLPReceiver.run { receiver in
      let queue = queue()
      let tracer = OTLPTracer(queue: queue, sampleRatio: 1)
      try await export(queue, to: receiver.url, hiding: ["url.query"]) {
        tracer.withSpan("outer \"1\"\n\u{1}", ofKind: .server) { outer in
          outer.attributes["text"] = "ユ\"\\"
          outer.attributes["number"] = -3
          outer.attributes["flag"] = true
          outer.attributes["list"] = ["a", "b"]
          outer.attributes["url.query"] = "q=secret"
          tracer.withSpan("inner", ofKind: .client) { inner in
            inner.addLink(SpanLink(context: outer.context, attributes: [:]))
            inner.setStatus(SpanStatus(code: .error, message: "why"))
          }
        }
      }
      let spans = receiver.spans
      #expect(spans.count == 2)
      let outer = try #require(spans.first { $0.name == "outer \"1\"\n\u{1}" })
      let inner = try #require(spans.first { $0.name == "inner" })
      #expect(outer.parentID == nil && inner.parentID == outer.spanID)
      #expect(outer.traceID == inner.traceID && outer.kind == 2 && inner.kind == 3)
      #expect(
        outer.attributes == [
          "text": "ユ\"\\", "number": "-3", "flag": "true", "list": "a,b",
        ])
      #expect(inner.links == [outer.spanID] && inner.isError && !outer.isError)
      #expect(outer.start <= inner.start && inner.end <= outer.end && outer.service == "tests")
      #expect(metrics.text().contains("trace_spans_total{result=\"exported\"} 2\n"))
    }
  }

  @Test("what an error says is not exported, only its type")
  func errors() throws {
    struct Leak: Error { let text = "what people search for" }
    let queue = queue()
    let tracer = OTLPTracer(queue: queue, sampleRatio: 1)
    #expect(throws: Leak.self) { try tracer.withSpan("a") { _ in throw Leak() } }
    let text = String(
      decoding: OTLPText.request(queue.take(), resource: [], hiding: []), as: UTF8.self)
    #expect(text.contains("Leak") && !text.contains("search for"), "\(text)")
  }

  @Test("goes on with the trace that comes from elsewhere, recorded or not as that says")
  func acrossProcesses() throws {
    let queue = queue()
    for (flags, ratio) in [("01", 0.0), ("00", 1.0)] {
      let tracer = OTLPTracer(queue: queue, sampleRatio: ratio)
      let incoming = [
        "traceparent": "00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-\(flags)",
        "tracestate": "vendor=x",
      ]
      var context = InstrumentationContext.topLevel
      tracer.extract(incoming, into: &context, using: Dictionary())
      let span = tracer.startSpan("a", context: context, ofKind: .consumer)
      #expect(span.isRecording == (flags == "01"))
      var outgoing: [String: String] = [:]
      tracer.inject(span.context, into: &outgoing, using: Dictionary())
      span.end()
      let passed = try #require(
        TraceContext(
          traceparent: outgoing["traceparent"] ?? "", tracestate: outgoing["tracestate"]))
      #expect(passed.traceID.description == "0af7651916cd43dd8448eb211c80319c")
      #expect(passed.spanID != 0x00f0_67aa_0ba9_02b7 && passed.state == "vendor=x")
      #expect(passed.isSampled == (flags == "01"))
    }
    #expect(queue.count == 1)
  }

  @Test("records the part of new traces that it is told to")
  func sampling() {
    let count = 4_000
    func recorded(_ ratio: Double) -> Int {
      let tracer = OTLPTracer(queue: queue(), sampleRatio: ratio)
      return (0..<count).count { _ in
        tracer.startSpan("a", context: .topLevel, ofKind: .internal).isRecording
      }
    }
    #expect(recorded(0) == 0 && recorded(1) == count)
    // Six standard deviations.
    #expect(abs(recorded(0.25) - count / 4) < 165)
  }

  @Test("drops and counts what does not fit, and what the receiver does not take")
  func drops() async throws {
    let queue = queue(capacity: 3, batch: 100)
    let tracer = OTLPTracer(queue: queue, sampleRatio: 1)
    for _ in 0..<5 { tracer.startSpan("a", context: .topLevel, ofKind: .internal).end() }
    #expect(queue.count == 3)
    #expect(metrics.text().contains("trace_spans_total{result=\"dropped_full\"} 2\n"))
    try await OTLPReceiver.run { receiver in
      receiver.refuse(with: 400)
      try await export(queue, to: receiver.url) {}
      #expect(receiver.requests == 1, "400 says that it is never taken")
    }
    #expect(metrics.text().contains("trace_spans_total{result=\"dropped_failed\"} 3\n"))
    tracer.startSpan("a", context: .topLevel, ofKind: .internal).end()
    try await OTLPReceiver.run { receiver in
      receiver.refuse(with: 503)
      try await export(queue, to: receiver.url, tries: 1) {}
    }
    #expect(metrics.text().contains("trace_spans_total{result=\"dropped_failed\"} 4\n"))
  }

  @Test("a span that ended says no more, and ends once")
  func endsOnce() {
    let queue = queue()
    let span = OTLPTracer(queue: queue, sampleRatio: 1)
      .startSpan("a", context: .topLevel, ofKind: .internal)
    span.end()
    span.end()
    span.attributes["late"] = 1
    #expect(queue.count == 1 && !span.isRecording)
  }

  @Test("a URL without a path is the receiver's own")
  func endpoint() {
    for (url, endpoint) in [
      ("http://a:4318", "http://a:4318/v1/traces"), ("http://a:4318/", "http://a:4318/v1/traces"),
      ("https://a/otlp/v1/traces", "https://a/otlp/v1/traces"),
    ] {
      #expect(OTLPExporter.endpoint(url) == endpoint)
    }
  }
}
