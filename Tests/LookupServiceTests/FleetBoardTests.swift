import Foundation
import HighlightsProtocol
import Testing

@testable import LookupService

@Suite("Fleet board")
struct FleetBoardTests {
  private let start = HandClock.start
  private func after(_ duration: Duration) -> UnixTime {
    start.advanced(byMilliseconds: duration.inMilliseconds)
  }
  private func board() -> FleetBoard { FleetBoard(queries: "queries", at: start) }

  static func status(
    _ worker: String, partitions: Range<Int32> = 0..<0, binding: String = "load",
    _ change: (inout WorkerStatus) -> Void = { _ in }
  ) -> WorkerStatus {
    var status = WorkerStatus()
    status.worker = worker
    status.role = "summarize"
    status.binding = binding
    status.partitions = partitions.map { number in
      var partition = HighlightsProtocol.PartitionStatus()
      partition.topic = "queries"
      partition.partition = number
      partition.state = "calling"
      partition.lag = 3
      return partition
    }
    change(&status)
    return status
  }

  @Test("a worker is gone after a minute and forgotten after ten; its partitions are nobody's")
  func gone() throws {
    var board = board()
    board.take(Self.status("a", partitions: 0..<2), at: start)
    let here = board.snapshot(at: after(.seconds(60)))
    #expect(here.workers.map(\.state) == ["here"])
    #expect(here.partitions.map(\.owner) == ["a", "a"])
    let gone = board.snapshot(at: after(.milliseconds(60_001)))
    #expect(gone.workers.map(\.state) == ["gone"])
    #expect(gone.workers.map(\.heardSecondsAgo) == [60])
    #expect(gone.partitions.map(\.state) == ["unowned", "unowned"])
    #expect(gone.partitions.map(\.owner) == [nil, nil])
    #expect(gone.partitions.map(\.lag) == [nil, nil])
    #expect(gone.advice.binding == "workers")
    #expect(board.snapshot(at: after(.milliseconds(600_001))).workers.isEmpty)
    board.take(Self.status("b"), at: after(.milliseconds(600_001)))
    #expect(board.snapshot(at: after(.milliseconds(600_001))).partitions.isEmpty)
  }

  @Test("a partition is whose worker spoke of it last, and what a worker no longer names is free")
  func moves() throws {
    var board = board()
    board.take(Self.status("a", partitions: 0..<3), at: start)
    board.take(Self.status("b", partitions: 2..<4), at: start)
    #expect(board.snapshot(at: start).partitions.map(\.owner) == ["a", "a", "b", "b"])
    #expect(board.snapshot(at: start).workers.map(\.partitions) == [2, 2])
    board.take(Self.status("a", partitions: 0..<1), at: start)
    #expect(board.snapshot(at: start).partitions.map(\.partition) == [0, 2, 3])
  }

  @Test("lag is what offsets say while they are new, else what the worker has received")
  func lags() throws {
    var board = board()
    board.take(Self.status("a", partitions: 0..<2), at: start)
    #expect(board.snapshot(at: start).partitions.map(\.lag) == [3, 3])
    board.take(
      lags: [
        FleetLag(topic: "queries", partition: 0, committed: 90, begin: 0, end: 100),
        // Retention has deleted what was committed.
        FleetLag(topic: "queries", partition: 1, committed: 5, begin: 80, end: 100),
        FleetLag(topic: "queries", partition: 2, committed: nil, begin: 10, end: 100),
        FleetLag(topic: "queries", partition: 3, committed: 200, begin: 0, end: 100),
        FleetLag(topic: "queries", partition: 4, committed: .min, begin: .min, end: .max),
      ], at: start)
    let known = board.snapshot(at: start).partitions
    #expect(known.map(\.lag) == [10, 20, 90, 0, 0])
    #expect(known.map(\.lagFrom) == Array(repeating: "offsets", count: 5))
    #expect(known.map(\.state) == ["calling", "calling", "unowned", "unowned", "unowned"])
    board.take(Self.status("a", partitions: 0..<2), at: after(.seconds(61)))
    let old = board.snapshot(at: after(.seconds(61))).partitions
    #expect(old.map(\.lag) == [3, 3])
    #expect(old.map(\.lagFrom) == ["worker", "worker"])
  }

  @Test("a source that fails is unknown since the first failure, until it speaks again")
  func unknown() throws {
    var board = board()
    func lags(_ time: UnixTime) -> FleetSnapshot.Source? {
      board.snapshot(at: time).sources.first { $0.source == .lags }
    }
    #expect(lags(start)?.asOf == nil)
    board.take(lags: [], at: start)
    board.fail(.lags, "no broker", at: after(.seconds(5)))
    board.fail(.lags, "still no broker", at: after(.seconds(10)))
    #expect(lags(start)?.asOf == start.description)
    #expect(lags(start)?.unknownSince == after(.seconds(5)).description)
    #expect(lags(start)?.error == "still no broker")
    board.take(lags: [], at: after(.seconds(15)))
    #expect(lags(start)?.unknownSince == nil)
    #expect(lags(start)?.error == nil)
  }

  @Test("a clock that goes back moves no figure out of its place")
  func clockBack() throws {
    var board = board()
    for _ in 0..<30 { board.take(Outcome(), at: after(.seconds(30))) }
    board.take(Outcome(), at: start)
    let snapshot = board.snapshot(at: after(.seconds(31)))
    #expect(snapshot.outcomes.map(\.last10Minutes) == [31])
    #expect(snapshot.throughput.perSecondOver60s == 1)
    #expect(board.snapshot(at: start).outcomes.map(\.last10Minutes) == [31])
  }

  @Test("dead letters are told by reason, and counted where they are kept")
  func deadLetters() throws {
    var board = board()
    for reason in ["malformed_message", "malformed_message", "content_filter"] {
      board.take(try outcome("a", .dead, reason: reason), at: start)
    }
    board.take(try outcome("a", .noAnswer, reason: "no_videos"), at: start)
    board.take(deadLetters: ["queries.dead": 12], at: start)
    let dead = board.snapshot(at: start).deadLetters
    #expect(dead.reasons.map(\.reason) == ["content_filter", "malformed_message"])
    #expect(dead.reasons.map(\.last10Minutes) == [1, 2])
    #expect(dead.topics == [.init(topic: "queries.dead", count: 12)])
  }

  @Test("the call's time ends with its highlight, else with its search")
  func times() throws {
    var board = board()
    var outcome = Outcome()
    outcome.consumedAt = start.timestamp
    outcome.calledAt = after(.milliseconds(5)).timestamp
    outcome.endedAt = after(.milliseconds(9)).timestamp
    board.take(outcome, at: start)
    #expect(board.snapshot(at: start).times.wait?.p50Ms == 5)
    #expect(board.snapshot(at: start).times.call?.p50Ms == 4)
    outcome.requestedAt = after(.milliseconds(2)).timestamp
    outcome.publishedAt = after(.milliseconds(7)).timestamp
    for _ in 0..<3 { board.take(outcome, at: start) }
    #expect(board.snapshot(at: start).times.wait?.p50Ms == 3)
    #expect(board.snapshot(at: start).times.call?.p50Ms == 2)
    #expect(board.snapshot(at: start).times.call?.p99Ms == 4)
    // Clocks disagree.
    outcome.requestedAt = after(.seconds(9)).timestamp
    for _ in 0..<9 { board.take(outcome, at: start) }
    #expect(board.snapshot(at: start).times.wait?.p50Ms == 0)
  }

  @Test("as JSON a snapshot says the same each time, and reads back")
  func json() throws {
    var board = board()
    board.take(Self.status("a", partitions: 0..<2), at: start)
    board.take(try outcome("a", .answered), at: start)
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let snapshot = board.snapshot(at: start)
    let bytes = try encoder.encode(snapshot)
    #expect(try encoder.encode(board.snapshot(at: start)) == bytes)
    #expect(try JSONDecoder().decode(FleetSnapshot.self, from: bytes) == snapshot)
  }
}
