import Highlights
import HighlightsProtocol
import Kafka
import KafkaWorker
import LLMGateway
import SwiftProtobuf
import Testing

@testable import Summarizer

@Suite("A search that fails")
struct SearchFailureTests {
  @Test(
    "is tried again, held or dead, as the gateway's error asks",
    arguments: [
      (GatewayError.Kind.timeout, WorkFailure.Verdict.retry, "timeout"),
      (.serverError, .retry, "server_error"),
      (.malformedReply, .retry, "malformed_reply"),
      (.rateLimited(.ownLimit), .hold, "rate_limited"),
      (.quotaExhausted, .hold, "quota_exhausted"),
      (.authentication, .hold, "authentication"),
      (.permission, .hold, "permission"),
      (.notFound, .hold, "not_found"),
      (.unreachable, .hold, "unreachable"),
      (.overloaded, .hold, "overloaded"),
      (.cancelled, .hold, "cancelled"),
      (.circuitOpen, .hold, "circuit_open"),
      (.budgetSpent, .hold, "budget_spent"),
      (.gatewayBudget, .hold, "gateway_budget"),
      (.contextLengthExceeded, .dead, "context_length_exceeded"),
      (.invalidRequest, .dead, "invalid_request"),
    ])
  func verdicts(
    kind: GatewayError.Kind, verdict: WorkFailure.Verdict, reason: String
  ) async throws {
    let bench = try SummarizerBench(
      .failure(
        GatewayError(
          kind: kind, deployment: "fake", message: "what it said", retryAfter: .seconds(3))))
    let failure = try #require(await bench.failure(of: bench.record()))
    #expect(failure.verdict == verdict)
    #expect(failure.reason == reason)
    #expect(failure.detail.contains("what it said"))
    if kind != .cancelled { #expect(failure.after == .seconds(3)) }
  }

  @Test("by the content filter is filtered, with what the attempts cost")
  func contentFilter() async throws {
    let bench = try SummarizerBench(
      .failure(
        GatewayError(
          kind: .contentFilter, deployment: "fake", message: "no", attempts: 1, wastedTokens: 9)))
    let finished = try await bench.finish(bench.record())
    #expect(try finished.highlight.status == .filtered)
    #expect(try finished.outcome.result == .filtered)
    #expect(try finished.outcome.reason == "content_filter")
    #expect(try finished.outcome.usage.attempts == 1)
    #expect(try finished.outcome.usage.wastedTokens == 9)
  }

  @Test("by its deadline during the call expires, without a highlight")
  func deadlineExceeded() async throws {
    let bench = try SummarizerBench(
      .failure(GatewayError(kind: .deadlineExceeded, deployment: "fake", message: "late")))
    let finished = try await bench.finish(bench.record())
    #expect(try finished.outcome.result == .expired)
    #expect(finished.published.isEmpty)
  }

  @Test("because no broker says how many partitions there are is held")
  func brokerUnavailable() async throws {
    struct NoBroker: Error {}
    let bench = try SummarizerBench(
      .success(.sample(Reply.answer)), partitionCount: { _ in throw NoBroker() })
    let failure = try #require(await bench.failure(of: bench.record()))
    #expect(failure.verdict == .hold)
    #expect(failure.reason == "broker_unavailable")
    #expect(bench.gateway.calls == 0)
  }

  @Test("to be read is dead and named by its event in the obituary")
  func undecodable() async throws {
    let bench = try SummarizerBench(replying: Reply.answer)
    var record = try bench.record(headers: [KafkaHeader(HeaderName.eventID, "event-7")])
    record.value = [0xFF, 0xFF, 0xFF]
    let failure = try #require(await bench.failure(of: record))
    #expect(failure.verdict == .dead)
    #expect(failure.reason == "malformed_message")

    let outcome = try obituary(bench, record, failure)
    #expect(outcome.queryID == "event-7")
    #expect(outcome.result == .dead)
    #expect(outcome.reason == "malformed_message")
    #expect(outcome.detail == failure.detail)
    #expect(outcome.key == "")
    #expect(outcome.hasEndedAt)
  }

  @Test("and has no event is named by its place in the obituary", arguments: [nil, [0xFF], []])
  func place(value: [UInt8]?) async throws {
    let bench = try SummarizerBench(replying: Reply.answer)
    let record = KafkaRecord(
      partition: TopicPartition(topic: "search.queries", partition: 2), offset: 41, key: nil,
      value: value)
    let failure = try #require(await bench.failure(of: record))
    #expect(failure.verdict == .dead)
    #expect(try obituary(bench, record, failure).queryID == "search.queries/2/41")
  }

  @Test("a check keeps its own id in the obituary")
  func rejected() async throws {
    let bench = try SummarizerBench(replying: Reply.answer)
    var record = try bench.record(headers: [KafkaHeader(HeaderName.eventID, "event-7")])
    var query = SearchQuery.sample
    query.text = " \u{200B} "
    record.value = try query.serializedBytes()
    let failure = try #require(await bench.failure(of: record))
    #expect(failure.verdict == .dead)
    #expect(failure.reason == "empty_text")
    #expect(try obituary(bench, record, failure).queryID == "q-1")
  }

  @Test("after it was read keeps its key in the obituary")
  func keyed() async throws {
    let bench = try SummarizerBench(replying: Reply.answer)
    let record = try bench.record()
    let failure = WorkFailure(.dead, reason: "invalid_request", detail: "no")
    let outcome = try obituary(bench, record, failure)
    #expect(Array(outcome.key.utf8) == record.key)
    #expect(outcome.queryID == "q-1")
  }

  @Test("for its content type is dead")
  func contentType() async throws {
    let bench = try SummarizerBench(replying: Reply.answer)
    let record = try bench.record(headers: [KafkaHeader(HeaderName.contentType, "text/csv")])
    #expect(await bench.failure(of: record)?.reason == "unsupported_content_type")
  }

  private func obituary(
    _ bench: SummarizerBench, _ record: KafkaRecord, _ failure: WorkFailure
  ) throws -> Outcome {
    let messages = bench.handler.obituary(for: record, failure)
    #expect(messages.map(\.topic) == ["search.outcomes"])
    return try Outcome(serializedBytes: messages.first?.value ?? [])
  }
}
