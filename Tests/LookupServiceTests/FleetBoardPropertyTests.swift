import Foundation
import HighlightsProtocol
import TestSupport
import Testing

@testable import LookupService

@Suite("Fleet board: against a model")
struct FleetBoardPropertyTests {
  private static let reasons = ["", "no_videos", "not_in_videos", "malformed_message", "a \"b\""]
  private static let currencies = ["USD", "EUR"]

  private static func outcome(
    at now: UnixTime, _ random: inout SeededGenerator
  ) -> Outcome {
    var outcome = Outcome()
    outcome.result = Outcome.Result.allCases.randomElement(using: &random) ?? .answered
    outcome.reason = reasons.randomElement(using: &random) ?? ""
    func earlier(_ most: Int64) -> UnixTime {
      now.advanced(byMilliseconds: -Int64.random(in: 0...most, using: &random))
    }
    if Bool.random(using: &random) { outcome.requestedAt = earlier(5_000_000).timestamp }
    outcome.consumedAt = earlier(60_000).timestamp
    if Int.random(in: 0..<4, using: &random) > 0 { outcome.calledAt = earlier(30_000).timestamp }
    outcome.endedAt = now.timestamp
    outcome.usage.inputTokens = .random(in: 0...9_999, using: &random)
    outcome.usage.costMicros = .random(in: 0...9_999, using: &random)
    outcome.usage.currency = currencies.randomElement(using: &random) ?? ""
    return outcome
  }

  private static func status(_ random: inout SeededGenerator) -> WorkerStatus {
    var status = WorkerStatus()
    status.worker = "worker \(Int.random(in: 0..<5, using: &random))"
    status.binding = "load"
    for number in 0..<Int32(8) where Int.random(in: 0..<4, using: &random) == 0 {
      var partition = HighlightsProtocol.PartitionStatus()
      partition.topic = "queries"
      partition.partition = number
      partition.state = "calling"
      status.partitions.append(partition)
    }
    return status
  }

  /// Mostly moments, at times longer than a window.
  private static func pause(_ random: inout SeededGenerator) -> Int64 {
    switch Int.random(in: 0..<200, using: &random) {
    case 0: .random(in: 0...4_000_000, using: &random)
    case 1...5: .random(in: 0...400_000, using: &random)
    case 6...40: .random(in: 0...15_000, using: &random)
    default: .random(in: 0...900, using: &random)
    }
  }

  @Test("whatever comes when, each figure is what its words say", arguments: 1...12)
  func model(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var now = HandClock.start.advanced(byMilliseconds: .random(in: 0...100_000, using: &random))
    var board = FleetBoard(queries: "queries", at: now)
    var model = FleetModel(at: now)
    for _ in 0..<600 {
      now = now.advanced(byMilliseconds: Self.pause(&random))
      if Int.random(in: 0..<4, using: &random) == 0 {
        let status = Self.status(&random)
        board.take(status, at: now)
        model.take(status, at: now)
      } else {
        let outcome = Self.outcome(at: now, &random)
        board.take(outcome, at: now)
        model.take(outcome, at: now)
      }
      if Int.random(in: 0..<10, using: &random) == 0 {
        try Self.compare(
          board, model,
          at: now.advanced(byMilliseconds: Self.pause(&random) / 4), &now)
      }
    }
  }

  private static func compare(
    _ board: FleetBoard, _ model: FleetModel, at time: UnixTime, _ now: inout UnixTime
  ) throws {
    now = time
    let snapshot = board.snapshot(at: time)
    #expect(snapshot.throughput.perSecondOver10s == model.rate(over: 10, at: time))
    #expect(snapshot.throughput.perSecondOver60s == model.rate(over: 60, at: time))
    #expect(snapshot.throughput.series == model.series(at: time))
    let outcomes = Dictionary(
      uniqueKeysWithValues: snapshot.outcomes.map {
        ([$0.result, $0.reason], [$0.last10Minutes, $0.sinceStart])
      })
    #expect(outcomes == model.outcomes(at: time))
    for currency in currencies {
      let hour = snapshot.spend.lastHour.first { $0.currency == currency }?.micros ?? 0
      let all = snapshot.spend.sinceStart.first { $0.currency == currency }?.micros ?? 0
      #expect(hour == model.spent(currency, lastHourAt: time))
      #expect(all == model.spent(currency))
    }
    #expect(snapshot.tokens.lastHour.input == model.tokens(lastHourAt: time))
    try compare(snapshot.times.wait, model.waits(at: time).sorted())
    let workers = Dictionary(uniqueKeysWithValues: snapshot.workers.map { ($0.name, $0.state) })
    #expect(workers == model.workers(at: time))
    let owners = snapshot.partitions.reduce(into: [Int32: String]()) { $0[$1.partition] = $1.owner }
    #expect(owners == model.owners(at: time))
    let counted = snapshot.workers.reduce(into: [:]) { $0[$1.name] = $1.partitions }
    for (name, count) in counted where workers[name] == "here" {
      #expect(count == owners.values.count { $0 == name })
    }
  }

  private static func compare(_ told: FleetSnapshot.Percentiles?, _ times: [Int64]) throws {
    guard !times.isEmpty else {
      #expect(told == nil)
      return
    }
    let told = try #require(told)
    #expect(told.count == times.count)
    for (percent, time) in [(50, told.p50Ms), (99, told.p99Ms)] {
      let exact = min(3_600_000, times[max(1, (times.count * percent + 99) / 100) - 1])
      #expect(time >= exact && time <= exact + exact / 10, "\(percent) %")
    }
  }
}
