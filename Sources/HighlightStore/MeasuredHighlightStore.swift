import Foundation
import HighlightsProtocol
import Metrics
import Tracing

/// A store whose operations are measured and traced.
public struct MeasuredHighlightStore: HighlightStore {
  /// The names that this room records under.
  public enum Metric: String, CaseIterable, Sendable {
    case operation = "highlight_store.operation"
    case errors = "highlight_store.errors"
    case applied = "highlight_store.applied"
  }

  private let store: any HighlightStore
  private let name: String
  private let readsAtOnce: Timer

  /// - Parameter name: what kind of store it is, such as `sqlite`.
  public init(_ store: any HighlightStore, name: String) {
    self.store = store
    self.name = name
    readsAtOnce = Timer(
      label: Metric.operation.rawValue, dimensions: [("store", name), ("operation", "read")])
  }

  public func apply(
    _ records: [HighlightRecord], progress: [PartitionProgress]
  ) async throws -> [ApplyResult] {
    let results = try await measured("apply", count: records.count) {
      try await store.apply(records, progress: progress)
    }
    let stored = results.count { $0 == .stored }
    for (result, count) in [("stored", stored), ("refused", results.count - stored)]
    where count > 0 {
      Counter(
        label: Metric.applied.rawValue, dimensions: [("store", name), ("result", result)]
      ).increment(by: count)
    }
    return results
  }

  public func highlight(forKey key: String, variant: String) async throws -> Highlight? {
    try await measured("read", count: 1) {
      try await store.highlight(forKey: key, variant: variant)
    }
  }

  public func payload(forKey key: String, variant: String) async throws -> Data? {
    try await measured("read", count: 1) { try await store.payload(forKey: key, variant: variant) }
  }

  /// Outside of traces: what is read at once takes less than a span would.
  public func payloadAtOnce(forKey key: String, variant: String) throws -> ReadAtOnce {
    let started = ContinuousClock.now
    let read = try store.payloadAtOnce(forKey: key, variant: variant)
    if read != .mustWait { readsAtOnce.record(duration: .now - started) }
    return read
  }

  public func highlights(
    forKeys keys: [String], variant: String
  ) async throws -> [String: Highlight] {
    try await measured("read", count: keys.count) {
      try await store.highlights(forKeys: keys, variant: variant)
    }
  }

  public func keys(citing videoID: String, variant: String) async throws -> [String] {
    try await measured("keys", count: 1) {
      try await store.keys(citing: videoID, variant: variant)
    }
  }

  public func appliedOffsets(topic: String) async throws -> [Int32: Int64] {
    try await measured("offsets", count: 1) { try await store.appliedOffsets(topic: topic) }
  }

  public func count() async throws -> Int {
    try await measured("count", count: 1) { try await store.count() }
  }

  public func close() async throws { try await store.close() }

  /// Names are OpenTelemetry's for databases. Outside of a trace there is no span: what rebuilds and probes do is of
  /// none.
  private func measured<T: Sendable>(
    _ operation: String, count: Int, _ body: () async throws -> T
  ) async throws -> T {
    let of = [("store", name), ("operation", operation)]
    let started = ContinuousClock.now
    do {
      let result = try await inSpan(operation, count: count, body)
      Timer(label: Metric.operation.rawValue, dimensions: of).record(duration: .now - started)
      return result
    } catch {
      let reason = (error as? StoreError).map { "\($0.reason)" } ?? "other"
      Counter(label: Metric.errors.rawValue, dimensions: of + [("reason", reason)]).increment()
      throw error
    }
  }

  private func inSpan<T: Sendable>(
    _ operation: String, count: Int, _ body: () async throws -> T
  ) async throws -> T {
    guard InstrumentationContext.current != nil else { return try await body() }
    return try await withSpan("store \(operation)", ofKind: .client) { span in
      if span.isRecording {
        span.updateAttributes { attributes in
          attributes["db.system.name"] = name
          attributes["db.operation.name"] = operation
          if count > 1 { attributes["db.operation.batch.size"] = count }
        }
      }
      return try await body()
    }
  }
}
