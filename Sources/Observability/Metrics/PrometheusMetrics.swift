import CoreMetrics
import Synchronization

/// The metrics of a process in Prometheus' text format, or in OpenMetrics'.
///
/// Counters end in `_total`, timers are histograms in seconds and end in `_seconds`, recorders that aggregate are
/// histograms in their own unit, other recorders and meters are gauges. Whatever Prometheus does not allow in a
/// name becomes `_`. What a name means and how its histogram is cut comes from a table.
public final class PrometheusMetrics: MetricsFactory {
  struct Series: Hashable {
    let name: String
    let labels: String
  }

  /// A series as it is asked for: finding it again must cost little, because handlers are made for each record.
  private struct Request: Hashable {
    let kind: PrometheusCell.Kind
    let label: String
    let names: [String]
    let values: [String]
  }

  private struct State {
    var cells: [Series: PrometheusCell] = [:]
    var requests: [Request: PrometheusCell] = [:]
    /// What a name stands for: two kinds under one name would not be read.
    var kinds: [String: PrometheusCell.Kind] = [:]
  }

  let table: MetricTable
  private let state = Mutex(State())

  /// - Parameter table: a metric that is not in it has no help, and the buckets of durations or sizes.
  public init(table: MetricTable = MetricTable()) {
    self.table = table
  }

  /// Everything there is now.
  public func text(_ format: PrometheusFormat = .text) -> String {
    let (cells, kinds) = state.withLock { ($0.cells, $0.kinds) }
    var writer = PrometheusText(format: format, table: table)
    for (series, cell) in cells.sorted(by: {
      ($0.key.name, $0.key.labels) < ($1.key.name, $1.key.labels)
    }) {
      guard let kind = kinds[series.name] else { continue }
      writer.write(series, kind, cell)
    }
    return writer.ended()
  }

  /// The names that are shown now.
  public var names: Set<String> { state.withLock { Set($0.cells.keys.map(\.name)) } }

  // MARK: MetricsFactory

  public func makeCounter(
    label: String, dimensions: [(String, String)]
  ) -> any CounterHandler {
    cell(.counter, label, dimensions, suffix: "_total")
  }

  public func makeFloatingPointCounter(
    label: String, dimensions: [(String, String)]
  ) -> any FloatingPointCounterHandler {
    cell(.counter, label, dimensions, suffix: "_total")
  }

  public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
    cell(.gauge, label, dimensions)
  }

  public func makeRecorder(
    label: String, dimensions: [(String, String)], aggregate: Bool
  ) -> any RecorderHandler {
    cell(aggregate ? .histogram : .gauge, label, dimensions, bounds: PrometheusCell.sizes)
  }

  public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
    cell(.histogram, label, dimensions, suffix: "_seconds", bounds: PrometheusCell.seconds)
  }

  public func destroyCounter(_ handler: any CounterHandler) { destroy(handler) }
  public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {
    destroy(handler)
  }
  public func destroyMeter(_ handler: any MeterHandler) { destroy(handler) }
  public func destroyRecorder(_ handler: any RecorderHandler) { destroy(handler) }
  public func destroyTimer(_ handler: any TimerHandler) { destroy(handler) }

  private func destroy(_ handler: AnyObject) {
    state.withLock { state in
      guard let series = state.cells.first(where: { $0.value === handler })?.key else { return }
      state.cells[series] = nil
      state.requests = state.requests.filter { $0.value !== handler }
    }
  }

  private func cell(
    _ kind: PrometheusCell.Kind, _ label: String, _ dimensions: [(String, String)],
    suffix: String = "", bounds: [Double] = []
  ) -> PrometheusCell {
    let request = Request(
      kind: kind, label: label, names: dimensions.map(\.0), values: dimensions.map(\.1))
    return state.withLock { state in
      if let known = state.requests[request] { return known }
      let cell = make(kind, label, dimensions, suffix: suffix, bounds: bounds, &state)
      state.requests[request] = cell
      return cell
    }
  }

  private func make(
    _ kind: PrometheusCell.Kind, _ label: String, _ dimensions: [(String, String)],
    suffix: String, bounds: [Double], _ state: inout State
  ) -> PrometheusCell {
    var name = PrometheusText.name(label)
    if !name.hasSuffix(suffix) { name += suffix }
    // The first use of a name says what it is.
    if let known = state.kinds[name], known != kind { name += "_\(kind.rawValue)" }
    state.kinds[name] = kind
    let series = Series(name: name, labels: PrometheusText.labels(dimensions))
    if let cell = state.cells[series] { return cell }
    let described = table[name]?.bounds ?? []
    let cell = PrometheusCell(
      kind: kind, bounds: kind != .histogram ? [] : described.isEmpty ? bounds : described)
    state.cells[series] = cell
    return cell
  }
}
