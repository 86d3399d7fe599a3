/// How many events fell into the last few equal spans of time.
///
/// With n spans the count reaches back more than n - 1 and at most n of them. Who must not count too
/// much takes n, who must not miss an event takes one more.
struct SlidingCount: Sendable, Hashable {
  private let span: Int
  private var counts: [Int]
  private var origin: ContinuousClock.Instant?
  /// The number of the newest span, counted from the origin.
  private var newest = 0
  private var sum = 0

  init(spans: Int, of span: Duration) {
    precondition(spans > 0 && span > .zero, "\(spans) spans of \(span) hold nothing")
    self.span = Self.nanoseconds(span)
    counts = Array(repeating: 0, count: spans)
  }

  /// The spans begin with the first event, so two counts of which one is to be a share of the other
  /// are both told of every event, the one that does not take it with 0.
  mutating func add(_ events: Int = 1, at now: ContinuousClock.Instant) {
    advance(to: now)
    counts[newest % counts.count] += events
    sum += events
  }

  mutating func total(at now: ContinuousClock.Instant) -> Int {
    advance(to: now)
    return sum
  }

  mutating func removeAll() {
    self = SlidingCount(spans: counts.count, of: .nanoseconds(span))
  }

  /// Forgets the spans that `now` has left behind; a time before the newest counts as the newest.
  private mutating func advance(to now: ContinuousClock.Instant) {
    guard let origin else {
      origin = now
      return
    }
    let number = Self.nanoseconds(now - origin) / span
    guard number > newest else { return }
    for passed in max(newest + 1, number - counts.count + 1)...number {
      sum -= counts[passed % counts.count]
      counts[passed % counts.count] = 0
    }
    newest = number
  }

  private static func nanoseconds(_ duration: Duration) -> Int {
    let (seconds, attoseconds) = duration.components
    return Int(seconds) * 1_000_000_000 + Int(attoseconds / 1_000_000_000)
  }
}
