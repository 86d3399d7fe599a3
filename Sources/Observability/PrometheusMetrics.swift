import CoreMetrics
import Foundation
import Synchronization

/// The metrics of a process in Prometheus' text format, version 0.0.4.
///
/// Counters end in `_total`, timers are histograms in seconds and end in `_seconds`, recorders that aggregate are
/// histograms in their own unit, other recorders and meters are gauges. Whatever Prometheus does not allow in a
/// name becomes `_`.
public final class PrometheusMetrics: MetricsFactory {
  private struct Key: Hashable {
    let name: String
    let labels: String
  }

  private struct State {
    var cells: [Key: Cell] = [:]
    /// What a name stands for: two kinds under one name would not be read.
    var kinds: [String: Cell.Kind] = [:]
  }

  private let state = Mutex(State())

  public init() {}

  /// Everything there is now.
  public func text() -> String {
    let (cells, kinds) = state.withLock { ($0.cells, $0.kinds) }
    var text = ""
    var last = ""
    for (key, cell) in cells.sorted(by: {
      ($0.key.name, $0.key.labels) < ($1.key.name, $1.key.labels)
    }) {
      if key.name != last, let kind = kinds[key.name] {
        text += "# TYPE \(key.name) \(kind.rawValue)\n"
        last = key.name
      }
      text += cell.lines(name: key.name, labels: key.labels)
    }
    return text
  }

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
    cell(aggregate ? .histogram : .gauge, label, dimensions, bounds: Cell.sizes)
  }

  public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
    cell(.histogram, label, dimensions, suffix: "_seconds", bounds: Cell.seconds)
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
      guard let key = state.cells.first(where: { $0.value === handler })?.key else { return }
      state.cells[key] = nil
    }
  }

  private func cell(
    _ kind: Cell.Kind, _ label: String, _ dimensions: [(String, String)], suffix: String = "",
    bounds: [Double] = []
  ) -> Cell {
    var name = Self.name(label)
    if !name.hasSuffix(suffix) { name += suffix }
    let labels = dimensions.map { "\(Self.name($0.0, colons: false))=\"\(Self.escaped($0.1))\"" }
      .sorted().joined(separator: ",")
    return state.withLock { state in
      // The first use of a name says what it is.
      if let known = state.kinds[name], known != kind { name += "_\(kind.rawValue)" }
      state.kinds[name] = kind
      let key = Key(name: name, labels: labels)
      if let cell = state.cells[key] { return cell }
      let cell = Cell(kind: kind, bounds: kind == .histogram ? bounds : [])
      state.cells[key] = cell
      return cell
    }
  }

  private static func name(_ label: String, colons: Bool = true) -> String {
    var name = String(
      label.unicodeScalars.map { scalar in
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "_": Character(scalar)
        case ":" where colons: ":"
        default: "_"
        }
      })
    if name.first.map({ $0.isNumber }) ?? true { name = "_" + name }
    return name
  }

  private static func escaped(_ value: String) -> String {
    value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
  }
}

/// One series.
private final class Cell: CounterHandler, FloatingPointCounterHandler, MeterHandler,
  RecorderHandler,
  TimerHandler
{
  enum Kind: String { case counter, gauge, histogram }

  /// Up to the longest call that a gateway answers.
  static let seconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60]
  static let sizes = [1.0, 4, 16, 64, 256, 1_024, 4_096, 16_384, 65_536]

  private struct Value {
    var sum = 0.0
    var count = 0
    /// Of each bound how many fell at or below it and above the one before.
    var buckets: [Int]
  }

  private let kind: Kind
  private let bounds: [Double]
  private let value: Mutex<Value>

  init(kind: Kind, bounds: [Double]) {
    self.kind = kind
    self.bounds = bounds
    value = Mutex(Value(buckets: Array(repeating: 0, count: bounds.count)))
  }

  func increment(by amount: Int64) { add(Double(amount)) }
  func increment(by amount: Double) { add(amount) }
  func decrement(by amount: Double) { add(-amount) }
  func reset() { value.withLock { $0.sum = 0 } }
  func set(_ new: Int64) { record(Double(new)) }
  func set(_ new: Double) { record(new) }
  func record(_ new: Int64) { record(Double(new)) }
  func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }

  func record(_ new: Double) {
    value.withLock { value in
      guard kind == .histogram else {
        value.sum = new
        return
      }
      value.sum += new
      value.count += 1
      if let index = bounds.firstIndex(where: { new <= $0 }) { value.buckets[index] += 1 }
    }
  }

  private func add(_ amount: Double) { value.withLock { $0.sum += amount } }

  func lines(name: String, labels: String) -> String {
    let value = self.value.withLock { $0 }
    let own = labels.isEmpty ? "" : "{\(labels)}"
    guard kind == .histogram else { return "\(name)\(own) \(Self.text(value.sum))\n" }
    var text = ""
    var below = 0
    let before = labels.isEmpty ? "" : labels + ","
    for (bound, count) in zip(bounds, value.buckets) {
      below += count
      text += "\(name)_bucket{\(before)le=\"\(Self.text(bound))\"} \(below)\n"
    }
    text += "\(name)_bucket{\(before)le=\"+Inf\"} \(value.count)\n"
    text += "\(name)_sum\(own) \(Self.text(value.sum))\n"
    return text + "\(name)_count\(own) \(value.count)\n"
  }

  private static func text(_ number: Double) -> String {
    number == number.rounded() && abs(number) < 1e15 ? "\(Int64(number))" : "\(number)"
  }
}
