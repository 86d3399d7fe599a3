import CoreMetrics
import Metrics
import Observability
import Testing
import Tracing

@Suite("Prometheus metrics")
struct PrometheusMetricsTests {
  @Test("each kind in its own form, names and labels as Prometheus allows them")
  func text() {
    let metrics = PrometheusMetrics()
    let counter = Counter(
      label: "llm.calls", dimensions: [("outcome", "a \"b\"\\\n"), ("deployment", "x")],
      factory: metrics)
    counter.increment(by: 2)
    counter.increment()
    Gauge(label: "in-flight", factory: metrics).record(7)
    Timer(label: "call", factory: metrics).record(duration: .milliseconds(30))
    #expect(
      metrics.text() == """
        # TYPE call_seconds histogram
        call_seconds_bucket{le="0.005"} 0
        call_seconds_bucket{le="0.01"} 0
        call_seconds_bucket{le="0.025"} 0
        call_seconds_bucket{le="0.05"} 1
        call_seconds_bucket{le="0.1"} 1
        call_seconds_bucket{le="0.25"} 1
        call_seconds_bucket{le="0.5"} 1
        call_seconds_bucket{le="1"} 1
        call_seconds_bucket{le="2.5"} 1
        call_seconds_bucket{le="5"} 1
        call_seconds_bucket{le="10"} 1
        call_seconds_bucket{le="20"} 1
        call_seconds_bucket{le="30"} 1
        call_seconds_bucket{le="60"} 1
        call_seconds_bucket{le="+Inf"} 1
        call_seconds_sum 0.03
        call_seconds_count 1
        # TYPE in_flight gauge
        in_flight 7
        # TYPE llm_calls_total counter
        llm_calls_total{deployment="x",outcome="a \\"b\\"\\\\\\n"} 3

        """)
  }

  @Test("the same name and labels are one series, whoever makes it; a destroyed one is gone")
  func identity() {
    let metrics = PrometheusMetrics()
    Counter(label: "c", factory: metrics).increment()
    Counter(label: "c", factory: metrics).increment()
    #expect(metrics.text() == "# TYPE c_total counter\nc_total 2\n")
    let gauge = Gauge(label: "g", dimensions: [("p", "1")], factory: metrics)
    gauge.record(1)
    #expect(metrics.text().contains("g{p=\"1\"} 1\n"))
    gauge.destroy()
    #expect(metrics.text() == "# TYPE c_total counter\nc_total 2\n")
  }

  @Test("a table says what a metric is, and how a histogram is cut")
  func described() {
    let metrics = PrometheusMetrics(
      table: MetricTable([
        .counter("calls_total", "calls", ["a"], "Calls \\ \"all\"."),
        .histogram("wait_seconds", "seconds", [], "Waits.", bounds: [1, 2]),
      ]))
    Counter(label: "calls", factory: metrics).increment()
    Timer(label: "wait", factory: metrics).recordSeconds(2)
    Timer(label: "wait", factory: metrics).recordSeconds(3)
    #expect(
      metrics.text() == """
        # HELP calls_total Calls \\\\ "all".
        # TYPE calls_total counter
        calls_total 1
        # HELP wait_seconds Waits.
        # TYPE wait_seconds histogram
        wait_seconds_bucket{le="1"} 0
        wait_seconds_bucket{le="2"} 1
        wait_seconds_bucket{le="+Inf"} 2
        wait_seconds_sum 5
        wait_seconds_count 2

        """)
    #expect(metrics.names == ["calls_total", "wait_seconds"])
  }

  @Test("OpenMetrics has units, ends, and leads from a bucket to a trace that fell in it")
  func openMetrics() throws {
    let metrics = PrometheusMetrics(
      table: MetricTable([
        .counter("calls_total", "calls", [], "Calls."),
        .histogram("wait_seconds", "seconds", [], "Waits.", bounds: [1]),
      ]))
    Counter(label: "calls", factory: metrics).increment()
    let tracer = OTLPTracer(queue: SpanQueue(), sampleRatio: 1)
    let id = tracer.withSpan("a") { span in
      Timer(label: "wait", factory: metrics).recordMilliseconds(250)
      return span.context.traceContext?.traceID.description ?? ""
    }
    let text = metrics.text(.openMetrics)
    #expect(text.hasPrefix("# HELP calls Calls.\n# TYPE calls counter\ncalls_total 1\n"))
    #expect(text.contains("# TYPE wait_seconds histogram\n# UNIT wait_seconds seconds\n"))
    #expect(text.contains("wait_seconds_bucket{le=\"1\"} 1 # {trace_id=\"\(id)\"} 0.25 "))
    #expect(text.hasSuffix("# EOF\n"))
    #expect(!metrics.text().contains(id))
    #expect(
      PrometheusFormat(accepting: "application/openmetrics-text;version=1.0.0") == .openMetrics)
    #expect(PrometheusFormat(accepting: "text/plain") == .text)
  }
}
