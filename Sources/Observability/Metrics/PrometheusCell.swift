import CoreMetrics
import Foundation
import Synchronization
import Tracing

/// One series.
final class PrometheusCell: CounterHandler, FloatingPointCounterHandler, MeterHandler,
  RecorderHandler, TimerHandler
{
  enum Kind: String { case counter, gauge, histogram }

  /// Up to the longest call that a gateway answers.
  static let seconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60]
  static let sizes = [1.0, 4, 16, 64, 256, 1_024, 4_096, 16_384, 65_536]

  /// A value of a trace that was recorded: leads from a slow bucket to one that fell in it.
  struct Exemplar: Sendable, Hashable {
    let traceID: String
    let value: Double
    /// Seconds since 1970.
    let time: Double
  }

  struct Value {
    var sum = 0.0
    var count = 0
    /// Of each bound how many fell at or below it and above the one before; the last is of what fell above all.
    var buckets: [Int]
    /// The last one of each bucket.
    var exemplars: [Int: Exemplar] = [:]
  }

  let kind: Kind
  let bounds: [Double]
  private let value: Mutex<Value>

  init(kind: Kind, bounds: [Double]) {
    self.kind = kind
    self.bounds = bounds
    value = Mutex(Value(buckets: Array(repeating: 0, count: bounds.count + 1)))
  }

  var current: Value { value.withLock { $0 } }

  func increment(by amount: Int64) { add(Double(amount)) }
  func increment(by amount: Double) { add(amount) }
  func decrement(by amount: Double) { add(-amount) }
  func reset() { value.withLock { $0.sum = 0 } }
  func set(_ new: Int64) { record(Double(new)) }
  func set(_ new: Double) { record(new) }
  func record(_ new: Int64) { record(Double(new)) }
  func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }

  func record(_ new: Double) {
    guard kind == .histogram else {
      value.withLock { $0.sum = new }
      return
    }
    let index = bounds.firstIndex { new <= $0 } ?? bounds.count
    let exemplar = InstrumentationContext.current?.traceContext.flatMap { trace in
      trace.isSampled
        ? Exemplar(
          traceID: trace.traceID.description, value: new, time: Date().timeIntervalSince1970) : nil
    }
    value.withLock { value in
      value.sum += new
      value.count += 1
      value.buckets[index] += 1
      if let exemplar { value.exemplars[index] = exemplar }
    }
  }

  private func add(_ amount: Double) { value.withLock { $0.sum += amount } }
}
