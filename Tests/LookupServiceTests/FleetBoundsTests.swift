import Foundation
import HighlightsProtocol
import SwiftProtobuf
import Testing

@testable import LookupService

@Suite("Fleet board: bounds")
struct FleetBoundsTests {
  private let start = HandClock.start
  private func board() -> FleetBoard { FleetBoard(queries: "queries", at: start) }
  private static let long = String(repeating: "e\u{301}\u{0}\u{202E}", count: 50_000)

  private func size(_ board: FleetBoard) throws -> Int {
    try JSONEncoder().encode(board.snapshot(at: start)).count
  }

  @Test("reasons without end are counted all, and listed in bounds")
  func reasons() throws {
    var board = board()
    for number in 0..<5_000 {
      board.take(try outcome("a", .dead, reason: "reason \(number)"), at: start)
    }
    let outcomes = board.snapshot(at: start).outcomes
    #expect(outcomes.count == ReasonTable.capacity + 1)
    #expect(outcomes.reduce(0) { $0 + $1.last10Minutes } == 5_000)
    #expect(outcomes.first { $0.reason == "(other)" }?.sinceStart == 4_936)
  }

  @Test("a reason that was not seen for ten minutes makes room for a new one; nothing is uncounted")
  func forgotten() throws {
    var board = board()
    for number in 0..<64 {
      board.take(try outcome("a", .dead, reason: "old \(number)"), at: start)
    }
    let later = start.advanced(byMilliseconds: 700_000)
    board.take(try outcome("a", .dead, reason: "new"), at: later)
    let outcomes = board.snapshot(at: later).outcomes
    #expect(outcomes.first { $0.reason == "new" }?.last10Minutes == 1)
    #expect(outcomes.first { $0.reason == "(other)" }?.sinceStart == 1)
    #expect(outcomes.first { $0.reason == "(other)" }?.last10Minutes == 0)
    #expect(outcomes.reduce(0) { $0 + $1.sinceStart } == 65)
  }

  @Test("workers and partitions without end are left out and said to be; those here are kept")
  func workers() throws {
    var board = board()
    for number in 0..<1_000 {
      board.take(
        FleetBoardTests.status(
          "worker \(number)", partitions: Int32(number) * 20..<Int32(number) * 20 + 20),
        at: start)
    }
    let snapshot = board.snapshot(at: start)
    #expect(snapshot.workers.count == WorkerTable.mostWorkers)
    #expect(snapshot.partitions.count == WorkerTable.mostPartitions)
    #expect(snapshot.leftOut.workers > 0)
    #expect(snapshot.leftOut.partitions == 256 * 20 - WorkerTable.mostPartitions)
    #expect(snapshot.workers.contains { $0.name == "worker 0" })
    // One that is gone makes room.
    let later = start.advanced(byMilliseconds: 60_001)
    board.take(FleetBoardTests.status("new"), at: later)
    #expect(board.snapshot(at: later).workers.contains { $0.name == "new" })
    #expect(board.snapshot(at: later).workers.count == WorkerTable.mostWorkers)
  }

  @Test("words of any length and kind are cut and tamed; numbers stay numbers")
  func hostile() throws {
    var board = board()
    let status = FleetBoardTests.status(Self.long, partitions: 0..<1, binding: Self.long) {
      $0.role = Self.long
      $0.partitions[0].topic = Self.long
      $0.partitions[0].state = Self.long
      $0.partitions[0].lag = -5
      $0.partitions[0].oldestWait.seconds = .max
      for number in 0..<500 {
        var limit = LimitStatus()
        limit.deployment = "\(number)" + Self.long
        limit.allowed = [.nan, .infinity, -1, 1e300][number % 4]
        limit.used = .nan
        $0.limits.append(limit)
        var hold = HoldStatus()
        hold.topic = Self.long
        hold.until.seconds = .max
        $0.holds.append(hold)
      }
      $0.budget.currency = Self.long
      $0.budget.limitMicros = .max
    }
    board.take(status, at: start)
    for index in 0..<100 {
      var outcome = Outcome()
      outcome.reason = Self.long
      outcome.result = .UNRECOGNIZED(77)
      outcome.usage.costMicros = .max
      outcome.usage.currency = index % 2 == 0 ? Self.long : "USD"
      outcome.calledAt.seconds = .max
      outcome.consumedAt.seconds = .min
      outcome.endedAt.seconds = .min
      board.take(outcome, at: start)
    }
    board.fail(.lags, Self.long, at: start)
    board.take(deadLetters: [Self.long: .min, "b": .max], at: start)
    let snapshot = board.snapshot(at: start)
    #expect(try size(board) < 40_000)
    let worker = try #require(snapshot.workers.first)
    #expect(worker.name.unicodeScalars.count == 128)
    #expect(worker.binding == "unknown")
    #expect(worker.limits.count == 32 && worker.holds.count == 32)
    #expect(worker.limits.map(\.allowed).prefix(4) == [0, 0, 0, 1e15])
    #expect(worker.budget?.currency == "")
    #expect(!worker.name.unicodeScalars.contains { $0 == "\u{202E}" || $0 == "\u{0}" })
    #expect(snapshot.partitions.first?.lag == 0)
    #expect(snapshot.spend.sinceStart == [.init(currency: "USD", micros: FleetWords.mostUnits)])
    #expect(snapshot.spend.leftOut == 50)
    #expect(snapshot.outcomes.map(\.result) == ["unknown"])
    #expect(snapshot.deadLetters.topics.map(\.count).sorted() == [0, FleetWords.mostUnits])
  }

  @Test("currencies beyond those that are told apart are left out, and counted as left out")
  func currencies() throws {
    var board = board()
    for letter in "ABCDEFGHIJ" {
      var outcome = Outcome()
      outcome.usage.costMicros = 1
      outcome.usage.currency = "XX\(letter)"
      board.take(outcome, at: start)
    }
    let spend = board.snapshot(at: start).spend
    #expect(spend.sinceStart.count == Spending.currencies)
    #expect(spend.leftOut == 2)
  }

  @Test("a nameless worker is nobody, and an empty board has figures")
  func empty() throws {
    var board = board()
    board.take(WorkerStatus(), at: start)
    let snapshot = board.snapshot(at: start)
    #expect(snapshot.workers.isEmpty)
    #expect(snapshot.throughput.series == Array(repeating: 0, count: 60))
    #expect(snapshot.times.wait == nil)
    #expect(snapshot.advice.text == "No worker is heard: searches wait until one runs.")
  }
}
