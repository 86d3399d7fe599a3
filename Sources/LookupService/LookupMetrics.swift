import CoreMetrics

/// What a look-up service counts.
struct LookupMetrics: Sendable {
  typealias Name = LookupMetric

  private let published = Counter(label: Name.published.rawValue)
  private let storeReads = Counter(label: Name.storeReads.rawValue)
  private let queued = Self.answers("queued")
  private let failed = Self.answers("failed")
  private let fresh = Self.answers("fresh")
  private let stale = Self.answers("stale")

  /// By status, of look-ups that are answered at once.
  private let atOnce = Dictionary(
    uniqueKeysWithValues: [200, 304, 404, 410].map {
      ($0, Self.request(route: "/v1/highlights", method: "GET", status: $0))
    })

  static func request(route: String, method: String, status: Int) -> Timer {
    Timer(
      label: Name.request.rawValue,
      dimensions: [("route", route), ("method", method), ("status", "\(status)")])
  }

  func recordAnswerAtOnce(_ status: Int, _ duration: Duration) {
    atOnce[status]?.recordNanoseconds(Int64(duration / .nanoseconds(1)))
  }

  func countPublished() { published.increment() }
  func countStoreRead() { storeReads.increment() }
  func countQueued() { queued.increment() }
  func countFailed() { failed.increment() }

  func count(_ freshness: Freshness) {
    (freshness == .fresh ? fresh : stale).increment()
  }

  private static func answers(_ answer: String) -> Counter {
    Counter(label: Name.answers.rawValue, dimensions: [("answer", answer)])
  }
}

/// The names that this room records under.
public enum LookupMetric: String, CaseIterable, Sendable {
  case request = "lookup.request"
  case answers = "lookup.answers"
  case published = "lookup.published"
  case storeReads = "lookup.store_reads"
  case cached = "lookup.cached_highlights"
  case cachedBytes = "lookup.cached_bytes"
  case pending = "lookup.pending_searches"
  case waiters = "lookup.waiters"
}

extension LookupStatistics {
  /// Sets the gauges of what is kept and waited for.
  public func record() {
    Gauge(label: LookupMetric.cached.rawValue).record(cached)
    Gauge(label: LookupMetric.cachedBytes.rawValue).record(cachedBytes)
    Gauge(label: LookupMetric.pending.rawValue).record(pendingSearches)
    Gauge(label: LookupMetric.waiters.rawValue).record(waiters)
  }
}
