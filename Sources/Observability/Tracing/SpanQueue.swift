import CoreMetrics
import Synchronization

/// Spans that have ended and wait for their export; bounded, and what does not fit is dropped and counted.
public final class SpanQueue: Sendable {
  let capacity: Int
  /// As many wake the exporter before its time.
  let batch: Int
  private let waiting = Mutex<[OTLPSpan.Record]>([])
  let metrics: any MetricsFactory
  private let dropped: Counter
  /// Yields when the exporter should look.
  let wakes: AsyncStream<Void>
  private let waker: AsyncStream<Void>.Continuation

  /// - Parameters:
  ///   - capacity: the most spans that wait.
  ///   - batch: the most spans in one export.
  ///   - metrics: what became of spans is recorded here.
  public init(
    capacity: Int = 8_192, batch: Int = 512, metrics: any MetricsFactory = MetricsSystem.factory
  ) {
    self.capacity = capacity
    self.batch = batch
    self.metrics = metrics
    dropped = TraceMetric.spans("dropped_full", metrics)
    (wakes, waker) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  public var count: Int { waiting.withLock { $0.count } }

  func add(_ span: OTLPSpan.Record) {
    let count: Int? = waiting.withLock { waiting in
      guard waiting.count < capacity else { return nil }
      waiting.append(span)
      return waiting.count
    }
    guard let count else { return dropped.increment() }
    if count == batch { wake() }
  }

  /// The oldest ones, a batch at most.
  func take() -> [OTLPSpan.Record] {
    waiting.withLock { waiting in
      let taken = Array(waiting.prefix(batch))
      waiting.removeFirst(taken.count)
      return taken
    }
  }

  func wake() { waker.yield() }
}

/// The names that this room records under.
public enum TraceMetric: String, CaseIterable, Sendable {
  case spans = "trace.spans"
  case spansWaiting = "trace.spans_waiting"

  /// Spans by what became of them.
  static func spans(_ result: String, _ metrics: any MetricsFactory) -> Counter {
    Counter(label: spans.rawValue, dimensions: [("result", result)], factory: metrics)
  }
}
