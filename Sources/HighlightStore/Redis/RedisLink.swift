/// Whether a server can be asked, and when to connect to it again.
///
/// It has no I/O: each event says what to do next. The first connection of all, and the first try after a connection
/// that had held, are waited for by callers; in an outage they are refused at once with what caused it.
struct RedisLink<Connection> {
  enum Admission {
    case send(Connection)
    /// A try is under way that has every chance.
    case wait
    case refuse(StoreError)
  }

  private enum State {
    case connecting
    case up(Connection, since: ContinuousClock.Instant)
    case down(StoreError)
    case closed
  }

  private var state = State.connecting
  /// Tries in a row that failed, or whose connection did not hold.
  private var failures = 0
  private let settings: RedisSettings
  private let closed: StoreError

  init(settings: RedisSettings, closed: StoreError) {
    self.settings = settings
    self.closed = closed
  }

  func admit() -> Admission {
    switch state {
    case .connecting: .wait
    case .up(let connection, _): .send(connection)
    case .down(let cause): .refuse(cause)
    case .closed: .refuse(closed)
    }
  }

  var isClosed: Bool { if case .closed = state { true } else { false } }

  /// - Returns: Whether the connection is wanted; otherwise it is to be closed.
  mutating func connected(_ connection: Connection, at now: ContinuousClock.Instant) -> Bool {
    guard !isClosed else { return false }
    state = .up(connection, since: now)
    return true
  }

  /// A try to connect failed.
  ///
  /// - Parameter jitter: Within 0...1.
  /// - Returns: After how long to try again; nil when never.
  mutating func failed(_ cause: StoreError, jitter: Double) -> Duration? {
    guard !isClosed else { return nil }
    failures += 1
    state = .down(cause)
    return backoff(jitter)
  }

  /// The connection broke.
  ///
  /// One that did not hold counts as a failed try: a server that drops whoever comes is not asked in a busy loop.
  mutating func lost(
    _ cause: StoreError, at now: ContinuousClock.Instant, jitter: Double
  ) -> Duration? {
    guard case .up(_, let since) = state else { return nil }
    guard now - since >= settings.longestBackoff else { return failed(cause, jitter: jitter) }
    failures = 0
    state = .connecting
    return .zero
  }

  /// - Returns: The connection to close, if there is one.
  mutating func close() -> Connection? {
    defer { state = .closed }
    if case .up(let connection, _) = state { return connection }
    return nil
  }

  private func backoff(_ jitter: Double) -> Duration {
    let doubled = settings.firstBackoff * (1 << min(failures - 1, 20))
    return min(doubled, settings.longestBackoff) * (0.5 + jitter / 2)
  }
}
