import Foundation
import HighlightsProtocol
import NIOCore
import Synchronization

/// A ``FleetBoard`` that any task may tell things, by this server's own clock.
///
/// Without a tail that tells it of outcomes and workers the page shows none, and says so.
public final class FleetFeed: Sendable {
  private struct Answer: Sendable {
    let body: ByteBuffer
    let until: Duration
  }

  /// For how long an answer is given again: however many look, a snapshot is made at most so often.
  private static let answersLast = Duration.seconds(1)

  private let board: Mutex<FleetBoard>
  private let answer = Mutex<Answer?>(nil)
  private let time: LookupTime
  private let start: UnixTime
  private let startedAt: Duration

  /// - Parameter queries: The topic of new searches.
  public convenience init(queries: String) { self.init(queries: queries, time: .system) }

  init(queries: String, time: LookupTime) {
    self.time = time
    start = time.now()
    startedAt = time.elapsed()
    board = Mutex(FleetBoard(queries: queries, at: start))
  }

  /// The wall clock as it was at the start and the time since: a clock that is set must move no figures.
  private var now: UnixTime {
    start.advanced(byMilliseconds: (time.elapsed() - startedAt).inMilliseconds)
  }

  /// Tells of an outcome, from the tail of `search.outcomes`.
  public func take(_ outcome: Outcome) { board.withLock { $0.take(outcome, at: now) } }

  /// Tells of a worker, from the tail of `search.workers`.
  public func take(_ status: WorkerStatus) { board.withLock { $0.take(status, at: now) } }

  /// Tells how far the workers' groups have come; replaces what was told before.
  public func take(lags: [FleetLag]) { board.withLock { $0.take(lags: lags, at: now) } }

  /// Tells how many messages the topics of dead letters hold; replaces what was told before.
  public func take(deadLetters: [String: Int64]) {
    board.withLock { $0.take(deadLetters: deadLetters, at: now) }
  }

  /// Tells that a source cannot be asked; telling something of it takes that back.
  public func fail(_ source: FleetSource, _ error: String) {
    board.withLock { $0.fail(source, error, at: now) }
  }

  /// How the fleet is now.
  public func snapshot() -> FleetSnapshot {
    // A copy is taken under the lock, and the figures are made outside: tails must not wait for who looks.
    board.withLock { $0 }.snapshot(at: now)
  }

  /// The snapshot as JSON, keys in order; at most a second old.
  func json() throws -> ByteBuffer {
    let elapsed = time.elapsed()
    if let known = answer.withLock({ $0 }), elapsed < known.until { return known.body }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let body = ByteBuffer(bytes: try encoder.encode(snapshot()))
    answer.withLock { $0 = Answer(body: body, until: elapsed + Self.answersLast) }
    return body
  }
}
