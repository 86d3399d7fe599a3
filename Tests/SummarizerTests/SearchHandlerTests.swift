import Highlights
import HighlightsProtocol
import Kafka
import KafkaWorker
import LLMGateway
import SwiftProtobuf
import Testing

@testable import Summarizer

@Suite("A search")
struct SearchHandlerTests {
  @Test("that the videos answer becomes a cited highlight and an outcome of the same key")
  func answered() async throws {
    let bench = try SummarizerBench(replying: Reply.answer)
    let record = try bench.record()
    let finished = try await bench.finish(record)

    let highlight = try finished.highlight
    #expect(highlight.status == .answered)
    #expect(highlight.sentences.map(\.text) == ["Tuck one corner into the other."])
    let citation = try #require(highlight.sentences.first?.citations.first)
    #expect(citation.videoID == "v-1")
    #expect(citation.quote == "Tuck one corner into the other.")
    #expect((citation.startMs, citation.endMs) == (0, 1_000))
    #expect(highlight.provenance.modelRequested == "asked-for")
    #expect(highlight.provenance.modelServed == "served")
    #expect(highlight.usage.inputTokens == 120)

    let outcome = try finished.outcome
    #expect(outcome.queryID == "q-1")
    #expect(outcome.result == .answered)
    #expect(outcome.reason == "")
    #expect(outcome.key == highlight.key)
    #expect((outcome.topic, outcome.offset) == (SummarizerBench.topic, 41))
    #expect(outcome.partition == record.partition.partition)
    #expect(outcome.usage == highlight.usage)
    #expect(outcome.hasPublishedAt && outcome.hasCalledAt && outcome.hasEndedAt)

    #expect(finished.published.map(\.topic) == ["search.highlights"])
    #expect(finished.ledger.map(\.topic) == ["search.outcomes"])
    #expect(finished.published.first?.key == record.key)
    #expect(finished.ledger.first?.key == record.key)
    #expect(finished.published.first?.headers.text(HeaderName.eventID) == "q-1")
  }

  @Test("asks the model once, with the text and the segments")
  func prompt() async throws {
    let bench = try SummarizerBench(replying: Reply.answer)
    _ = try await bench.finish(bench.record())
    #expect(bench.gateway.calls == 1)
    let messages = try #require(bench.gateway.requests.first?.messages)
    #expect(messages.map(\.role) == [.system, .user])
    #expect(messages.last?.content.contains(">How to fold a fitted sheet</search-") == true)
    #expect(messages.last?.content.contains("[v1#1] Then fold it in thirds.") == true)
  }

  @Test("without videos has no answer and costs no call")
  func noVideos() async throws {
    let bench = try SummarizerBench(replying: Reply.answer)
    var query = SearchQuery.sample
    query.videos = []
    let finished = try await bench.finish(bench.record(query))
    #expect(try finished.highlight.status == .noAnswer)
    #expect(try finished.highlight.reason == "no_videos")
    #expect(try finished.outcome.result == .noAnswer)
    #expect(try finished.outcome.reason == "no_videos")
    #expect(try !finished.outcome.hasCalledAt)
    #expect(bench.gateway.calls == 0)
  }

  @Test("that the model declines has no answer")
  func declined() async throws {
    let finished = try await finish(replying: Reply.declined)
    #expect(try finished.highlight.status == .noAnswer)
    #expect(try finished.outcome.result == .noAnswer)
    #expect(try finished.outcome.reason == "not_in_videos")
    #expect(try finished.highlight.sentences.isEmpty)
  }

  @Test("answered with an invented quote has no answer, and says what was dropped")
  func inventedQuote() async throws {
    let finished = try await finish(replying: Reply.inventedQuote)
    #expect(try finished.highlight.status == .noAnswer)
    #expect(try finished.highlight.reason == "not_supported")
    #expect(try finished.highlight.sentences.isEmpty)
    #expect(try finished.highlight.droppedSentences == ["quote_not_verbatim": 1])
    #expect(try finished.outcome.reason == "not_supported")
    #expect(try finished.outcome.detail == "quote_not_verbatim: 1")
  }

  @Test(
    "whose reply cannot be read has no answer",
    arguments: [("I would fold it.", FinishReason.stop), (#"{"answerable": true, "#, .length)])
  func invalidReply(content: String, finish: FinishReason) async throws {
    let bench = try SummarizerBench(replying: content, finish: finish)
    let finished = try await bench.finish(bench.record())
    #expect(try finished.highlight.status == .noAnswer)
    #expect(try finished.outcome.reason == "invalid_reply")
  }

  @Test("that the provider's filter stops is filtered, also when it had begun to answer")
  func filtered() async throws {
    let bench = try SummarizerBench(replying: Reply.answer, finish: .contentFilter)
    let finished = try await bench.finish(bench.record())
    #expect(try finished.highlight.status == .filtered)
    #expect(try finished.highlight.sentences.isEmpty)
    #expect(try finished.outcome.result == .filtered)
    #expect(try finished.outcome.reason == "content_filter")
  }

  @Test("that the model refuses is filtered")
  func refused() async throws {
    let bench = try SummarizerBench(replying: "", refusal: "I cannot help with that.")
    let finished = try await bench.finish(bench.record())
    #expect(try finished.highlight.status == .filtered)
    #expect(try finished.outcome.reason == "refusal")
  }

  @Test("from a replay is written whatever its deadline was")
  func replayedPastItsDeadline() async throws {
    let bench = try SummarizerBench(replying: Reply.answer)
    var query = SearchQuery.sample
    query.deadline = bench.clock.now.advanced(byMilliseconds: -1).timestamp
    let header = [KafkaHeader(HeaderName.replayJob, "r-1")]
    #expect(
      try await bench.finish(bench.record(query, headers: header)).outcome.result == .answered)
  }

  @Test("past its deadline expires without a call and without a highlight")
  func expired() async throws {
    let bench = try SummarizerBench(replying: Reply.answer)
    var query = SearchQuery.sample
    query.deadline = bench.clock.now.advanced(byMilliseconds: -1).timestamp
    let finished = try await bench.finish(bench.record(query))
    #expect(try finished.outcome.result == .expired)
    #expect(try finished.outcome.reason == "deadline_passed")
    #expect(finished.published.isEmpty)
    #expect(bench.gateway.calls == 0)
  }

  @Test("before its deadline is answered")
  func inTime() async throws {
    let bench = try SummarizerBench(replying: Reply.answer)
    var query = SearchQuery.sample
    query.deadline = bench.clock.now.advanced(byMilliseconds: 1_000).timestamp
    #expect(try await bench.finish(bench.record(query)).outcome.result == .answered)
  }

  @Test("carries its trace on to highlight and outcome")
  func trace() async throws {
    let bench = try SummarizerBench(replying: Reply.answer)
    let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    let finished = try await bench.finish(
      bench.record(headers: [KafkaHeader(HeaderName.traceParent, parent)]))
    for message in finished.published + finished.ledger {
      #expect(message.headers.text(HeaderName.traceParent) == parent)
    }
  }

  private func finish(replying content: String) async throws -> Finished {
    let bench = try SummarizerBench(replying: content)
    return try await bench.finish(bench.record())
  }
}
