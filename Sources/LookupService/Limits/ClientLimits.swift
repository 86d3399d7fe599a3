/// A token bucket for each client, of as many clients as are remembered.
///
/// A client that is forgotten starts again with a full burst, so the bound must be well above the
/// clients that can be active within the time that a bucket takes to fill.
struct ClientLimits: Sendable {
  private let rate: Rate
  private var buckets: LeastRecentlyUsed<Caller, TokenBucket>

  init(_ rate: Rate, clients: Int) {
    self.rate = rate
    buckets = LeastRecentlyUsed(capacity: clients)
  }

  var count: Int { buckets.count }

  mutating func take(for client: Caller, at now: Duration) -> TokenBucket.Verdict {
    var bucket = buckets.value(forKey: client) ?? TokenBucket(rate, at: now)
    let verdict = bucket.take(at: now)
    buckets.insert(bucket, forKey: client, cost: 1)
    return verdict
  }
}
