import Control
import Highlights
import HighlightsProtocol
import Kafka
import KafkaWorker
import LLMGateway
import SwiftProtobuf
import Testing

@testable import Summarizer

@Suite("A withdrawn video")
struct WithdrawnVideoTests {
  private static let forced = [KafkaHeader(HeaderName.forceRefresh, "true")]
  private let day: Int64 = 24 * 3_600_000
  /// Cites the first video that is shown, by a sentence that both videos of ``query`` have.
  private static let reply = Reply.answer

  /// Two videos that say the same, and one without words.
  private static var query: SearchQuery {
    var query = SearchQuery.sample
    var second = query.videos[0]
    second.id = "v-2"
    var silent = Video()
    silent.id = "v-3"
    silent.title = "Sheets"
    query.videos += [second, silent]
    return query
  }

  private static func gone(
    _ ids: String...
  ) -> [(key: String, change: any Message)] {
    ids.map { id in ("video/\(id)", VideoSwitch.with { $0.withdrawn = true }) }
  }

  private func cited(_ highlight: Highlight) -> [String] { highlight.citedVideoIDs.sorted() }

  @Test("is no evidence and has no card: all is as if the search had come without it")
  func leftOut() async throws {
    let bench = try SummarizerBench(replying: Self.reply)
    bench.switches.use(try .of(Self.gone("v-1")))
    let highlight = try await bench.finish(bench.record(Self.query)).highlight
    #expect(cited(highlight) == ["v-2"] && highlight.videos.map(\.id) == ["v-2", "v-3"])
    var rest = Self.query
    rest.videos.removeFirst()
    let without = try SummarizerBench(replying: Self.reply)
    let expected = try await without.finish(without.record(rest)).highlight
    #expect(highlight.sourceFingerprint == expected.sourceFingerprint)
    #expect(highlight.sentences == expected.sentences && highlight.videos == expected.videos)
  }

  @Test("that was the only one leaves no answer, without a call")
  func onlyOne() async throws {
    let bench = try SummarizerBench(replying: Self.reply)
    bench.switches.use(try .of(Self.gone("v-1")))
    let finished = try await bench.finish(bench.record())
    #expect(try finished.highlight.reason == "no_videos")
    #expect(try finished.highlight.videos.isEmpty && bench.gateway.calls == 0)
  }

  @Test("does not make a search that is refused for its videos one that is taken")
  func refused() async throws {
    let bench = try SummarizerBench(replying: Self.reply)
    bench.switches.use(try .of(Self.gone("v-1")))
    var query = Self.query
    query.videos[1].id = "v-1"
    let record = try KafkaRecord(
      partition: bench.record().partition, offset: 1, key: bench.record().key,
      value: query.serializedBytes())
    #expect(await bench.failure(of: record)?.reason == "duplicate_video_id")
  }

  @Test("that a fresh highlight cites has it written anew")
  func citedByFresh() async throws {
    let bench = try SummarizerBench(replying: Self.reply)
    _ = try await bench.finish(bench.record(Self.query))
    bench.switches.use(try .of(Self.gone("v-1")))
    let second = try await bench.finish(bench.record(Self.query))
    #expect(try second.outcome.result == .answered && bench.gateway.calls == 2)
    #expect(try cited(second.highlight) == ["v-2"])
    #expect(try await bench.finish(bench.record(Self.query)).outcome.reason == "fresh")
  }

  @Test("that a fresh highlight cites has it written anew, also where the search comes without it")
  func citedByFreshOtherRanking() async throws {
    let bench = try SummarizerBench(replying: Self.reply)
    _ = try await bench.finish(bench.record(Self.query))
    bench.switches.use(try .of(Self.gone("v-1")))
    var other = Self.query
    other.videos.removeFirst()
    let second = try await bench.finish(bench.record(other))
    #expect(try second.outcome.result == .answered && cited(second.highlight) == ["v-2"])
  }

  @Test("that a fresh highlight only shows has it renewed without the card and without a call")
  func shownByFresh() async throws {
    let bench = try SummarizerBench(replying: Self.reply)
    _ = try await bench.finish(bench.record(Self.query))
    bench.switches.use(try .of(Self.gone("v-3")))
    let second = try await bench.finish(bench.record(Self.query))
    #expect(try second.outcome.reason == "same_evidence" && bench.gateway.calls == 1)
    #expect(try second.highlight.videos.map(\.id) == ["v-1", "v-2"])
    #expect(try await bench.finish(bench.record(Self.query)).outcome.reason == "fresh")
  }

  @Test("that no fresh highlight has anything to do with changes nothing")
  func unrelated() async throws {
    let bench = try SummarizerBench(replying: Self.reply)
    _ = try await bench.finish(bench.record(Self.query))
    bench.switches.use(try .of(Self.gone("v-9")))
    #expect(try await bench.finish(bench.record(Self.query)).outcome.reason == "fresh")
  }

  @Test("that is back may be cited again")
  func restored() async throws {
    let bench = try SummarizerBench(replying: Self.reply)
    bench.switches.use(try .of(Self.gone("v-1") + [("video/v-1", VideoSwitch())]))
    #expect(try await cited(bench.finish(bench.record(Self.query)).highlight) == ["v-1"])
  }

  @Test("that the model cites when the switch comes is not published: it is asked again without it")
  func citedDuringTheCall() async throws {
    let cost = Cost(micros: 1_000, currency: "EUR")
    let bench = try SummarizerBench(.success(.sample(Self.reply, cost: cost)))
    let state = try ControlState.of(Self.gone("v-1"))
    bench.gateway.whileCalled { [switches = bench.switches] _ in switches.use(state) }
    let finished = try await bench.finish(bench.record(Self.query))
    #expect(bench.gateway.calls == 2 && finished.published.count == 1)
    let highlight = try finished.highlight
    #expect(cited(highlight) == ["v-2"] && highlight.videos.map(\.id) == ["v-2", "v-3"])
    // Of both calls: 2 attempts and 7 wasted tokens each, and the 150 tokens of the first.
    #expect(highlight.usage.attempts == 4 && highlight.usage.wastedTokens == 164)
    #expect(highlight.usage.costMicros == 2_000 && highlight.usage.inputTokens == 120)
    let prompts = bench.gateway.requests.map { $0.messages.last?.content ?? "" }
    try #require(prompts.count == 2)
    #expect(prompts[0].contains("[v2#0]") && !prompts[1].contains("[v2#0]"))
  }

  @Test("carries what was paid for it on to the next try where the second call fails")
  func failingAgain() async throws {
    let bench = try SummarizerBench(
      .success(.sample(Self.reply)),
      .failure(GatewayError(kind: .timeout, deployment: "fake", message: "slow", attempts: 1)))
    let state = try ControlState.of(Self.gone("v-1"))
    bench.gateway.whileCalled { [switches = bench.switches] _ in switches.use(state) }
    let failure = try #require(await bench.failure(of: bench.record(Self.query)))
    #expect(failure.verdict == .retry)
    #expect(failure.headers == [KafkaHeader(HeaderName.spent, "3;157;0;")])
  }

  @Test("that is not cited when the switch comes only loses its card")
  func shownDuringTheCall() async throws {
    let bench = try SummarizerBench(replying: Self.reply)
    let state = try ControlState.of(Self.gone("v-2", "v-3"))
    bench.gateway.whileCalled { [switches = bench.switches] _ in switches.use(state) }
    let highlight = try await bench.finish(bench.record(Self.query)).highlight
    #expect(bench.gateway.calls == 1)
    #expect(cited(highlight) == ["v-1"] && highlight.videos.map(\.id) == ["v-1"])
  }

  @Test("is asked about until no withdrawn one is cited, once a video at most")
  func oneAfterTheOther() async throws {
    let bench = try SummarizerBench(replying: Self.reply)
    let states = [
      try ControlState.of(Self.gone("v-1")), try ControlState.of(Self.gone("v-1", "v-2")),
    ]
    bench.gateway.whileCalled { [switches = bench.switches] call in
      switches.use(states[min(call, 2) - 1])
    }
    let finished = try await bench.finish(bench.record(Self.query))
    #expect(bench.gateway.calls == 2)
    #expect(try finished.highlight.reason == "no_videos")
    #expect(try finished.highlight.usage.attempts == 4, "both calls are told of")
  }
}
