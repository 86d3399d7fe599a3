import CoreMetrics

/// What a look-up service counts.
struct LookupMetrics: Sendable {
  private let published = Counter(label: "lookup.published")
  private let storeReads = Counter(label: "lookup.store_reads")
  private let queued = Self.answers("queued")
  private let failed = Self.answers("failed")
  private let fresh = Self.answers("fresh")
  private let stale = Self.answers("stale")

  func countPublished() { published.increment() }
  func countStoreRead() { storeReads.increment() }
  func countQueued() { queued.increment() }
  func countFailed() { failed.increment() }

  func count(_ freshness: Freshness) {
    (freshness == .fresh ? fresh : stale).increment()
  }

  private static func answers(_ answer: String) -> Counter {
    Counter(label: "lookup.answers", dimensions: [("answer", answer)])
  }
}
