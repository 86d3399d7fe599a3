import CoreMetrics
import Metrics
import Observability
import Testing

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
}
