import Control
import Highlights
import HighlightsProtocol
import Kafka
import KafkaWorker
import LLMGateway
import SwiftProtobuf
import Testing

@testable import Summarizer

@Suite("A withdrawn highlight")
struct WithdrawalTests {
  private static let forced = [KafkaHeader(HeaderName.forceRefresh, "true")]
  private let day: Int64 = 24 * 3_600_000

  private static func records(
    _ epoch: UInt32, at moment: Int64 = 0
  ) throws -> (key: String, change: any Message) {
    let key = try Search(.sample, fallbackID: "?").key
    let change = HighlightSwitch.with {
      $0.withdrawalEpoch = epoch
      $0.changedAt = UnixTime(milliseconds: moment).timestamp
    }
    return ("highlight/\(key)", change)
  }

  @Test("costs no call and stays unchanged, forced or not", arguments: [false, true])
  func withdrawn(isForced: Bool) async throws {
    let bench = try SummarizerBench(replying: Reply.answer)
    try bench.set(Self.records(1))
    let finished = try await bench.finish(bench.record(headers: isForced ? Self.forced : []))
    #expect(bench.gateway.calls == 0 && finished.published.isEmpty)
    #expect(try finished.outcome.result == .unchanged)
    #expect(try finished.outcome.reason == "withdrawn")
    #expect(try !finished.outcome.hasCalledAt)
  }

  @Test("leaves highlights of other keys alone")
  func others() async throws {
    let bench = try SummarizerBench(replying: Reply.answer)
    try bench.set(Self.records(1))
    var query = SearchQuery.sample
    query.text = "How to iron a shirt"
    let highlight = try await bench.finish(bench.record(query)).highlight
    #expect(highlight.status == .answered && highlight.withdrawalEpoch == 0)
  }

  @Test("is published with its epoch once that was lifted, and later than that")
  func lifted() async throws {
    let bench = try SummarizerBench(replying: Reply.answer)
    let ahead = bench.clock.now.advanced(byMilliseconds: 90_000)
    try bench.set(Self.records(2, at: ahead.milliseconds))
    let highlight = try await bench.finish(bench.record()).highlight
    #expect(highlight.withdrawalEpoch == 2)
    #expect(UnixTime(highlight.generatedAt) == ahead.advanced(byMilliseconds: 1))
  }

  @Test("that this worker published before is not fresh once that was lifted, and needs no call")
  func liftedWhileFresh() async throws {
    let bench = try SummarizerBench(replying: Reply.answer)
    let first = try await bench.finish(bench.record()).highlight
    #expect(try await bench.finish(bench.record()).outcome.reason == "fresh")
    try bench.set(Self.records(2))
    let second = try await bench.finish(bench.record())
    #expect(try second.outcome.reason == "same_evidence" && bench.gateway.calls == 1)
    #expect(try second.highlight.withdrawalEpoch == 2)
    #expect(try second.highlight.sentences == first.sentences)
    // And it is fresh again.
    #expect(try await bench.finish(bench.record()).outcome.reason == "fresh")
  }

  @Test("that was just restored is waited for, where whoever asks has heard of it first")
  func overtakenSwitch() async throws {
    let bench = try SummarizerBench(replying: Reply.answer)
    try bench.set(Self.records(1))
    let state = try ControlState.of([Self.records(2)])
    let header = [KafkaHeader(HeaderName.withdrawalEpoch, "2")]
    async let finished = bench.finish(bench.record(headers: header))
    try await Task.sleep(for: .milliseconds(50))
    bench.switches.use(state)
    #expect(try await finished.highlight.withdrawalEpoch == 2)
  }

  @Test("carries its epoch when it is renewed too")
  func renewed() async throws {
    let bench = try SummarizerBench(replying: Reply.answer)
    try bench.set(Self.records(4))
    _ = try await bench.finish(bench.record())
    bench.clock.advance(day)
    let second = try await bench.finish(bench.record())
    #expect(try second.outcome.reason == "same_evidence")
    #expect(try second.highlight.withdrawalEpoch == 4)
  }

  @Test("is not published where the switch comes while the model writes, and tells what it took")
  func duringTheCall() async throws {
    let cost = Cost(micros: 4_200, currency: "EUR")
    let bench = try SummarizerBench(.success(.sample(Reply.answer, cost: cost)))
    let state = try ControlState.of([Self.records(1)])
    bench.gateway.whileCalled { [switches = bench.switches] _ in switches.use(state) }
    let finished = try await bench.finish(bench.record())
    #expect(bench.gateway.calls == 1 && finished.published.isEmpty)
    let outcome = try finished.outcome
    #expect(outcome.result == .unchanged && outcome.reason == "withdrawn")
    #expect(outcome.hasCalledAt && outcome.model == "served")
    #expect(outcome.usage.costMicros == 4_200 && outcome.usage.inputTokens == 120)
  }

  @Test("whose withdrawal is lifted while the model writes is published with the new epoch")
  func liftedDuringTheCall() async throws {
    let bench = try SummarizerBench(replying: Reply.answer)
    let state = try ControlState.of([Self.records(6)])
    bench.gateway.whileCalled { [switches = bench.switches] _ in switches.use(state) }
    #expect(try await bench.finish(bench.record()).highlight.withdrawalEpoch == 6)
  }
}
