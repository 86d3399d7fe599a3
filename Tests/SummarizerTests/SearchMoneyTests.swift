import Highlights
import HighlightsProtocol
import Kafka
import KafkaWorker
import LLMGateway
import SwiftProtobuf
import Testing

@testable import Summarizer

@Suite("What a search costs")
struct SearchMoneyTests {
  private let euros = Cost(micros: 4_200, currency: "EUR")

  @Test("stands on its highlight and its outcome, with the deployment that answered")
  func cost() async throws {
    let other = try Deployment(
      name: "other", provider: "elsewhere", baseURL: "http://127.0.0.1:1/v1", model: "second",
      authentication: .none, usageTerms: "output may not train competing models")
    let bench = try SummarizerBench(
      .success(.sample(Reply.answer, deployment: other, cost: euros)))
    let finished = try await bench.finish(bench.record())
    let highlight = try finished.highlight
    #expect(highlight.usage.costMicros == 4_200 && highlight.usage.currency == "EUR")
    #expect(highlight.usage.wastedTokens == 7)
    #expect(highlight.provenance.provider == "elsewhere")
    #expect(highlight.provenance.modelRequested == "second")
    #expect(highlight.provenance.responseID == "r-1")
    #expect(highlight.provenance.usageTerms == "output may not train competing models")
    let outcome = try finished.outcome
    #expect(outcome.usage == highlight.usage)
    #expect(outcome.provider == "elsewhere" && outcome.model == "served")
    #expect(outcome.promptVersion == PromptTemplate.highlight.version && outcome.lane == "queries")
  }

  @Test("in tries that failed is carried to the next, and counted with it")
  func earlierTries() async throws {
    let spent = KafkaHeader(HeaderName.spent, "3;100;900;EUR")
    let bench = try SummarizerBench(.success(.sample(Reply.answer, cost: euros)))
    let usage = try await bench.finish(bench.record(headers: [spent])).outcome.usage
    #expect(usage.attempts == 5 && usage.wastedTokens == 107 && usage.costMicros == 5_100)

    let failing = try SummarizerBench(
      .failure(
        GatewayError(
          kind: .timeout, deployment: "fake", message: "slow", attempts: 2, wastedTokens: 1)))
    let failure = try #require(await failing.failure(of: failing.record(headers: [spent])))
    #expect(failure.headers == [KafkaHeader(HeaderName.spent, "5;101;900;EUR")])
  }

  @Test("also stands on the outcome of one that died")
  func dead() throws {
    let bench = try SummarizerBench(replying: Reply.answer)
    let record = try bench.record(headers: [KafkaHeader(HeaderName.spent, "3;100;900;EUR")])
    let obituary = bench.handler.obituary(
      for: record, WorkFailure(.dead, reason: "timeout", detail: ""))
    let outcome = try Outcome(serializedBytes: obituary[0].value ?? [])
    #expect(outcome.result == .dead && outcome.usage.costMicros == 900)
  }

  @Test(
    "is not made up by a header that cannot be read",
    arguments: ["", "1;2;3", "-1;0;0;EUR", "x;0;0;EUR", "1;2;3;a currency"])
  func damaged(text: String) {
    #expect(Spent([KafkaHeader(HeaderName.spent, text)]) == Spent())
  }

  @Test("cannot be driven over the largest number by a header")
  func overflow() {
    var spent = Spent([KafkaHeader(HeaderName.spent, "\(Int.max);\(Int.max);\(Int.max);EUR")])
    spent.add(attempts: 1, wastedTokens: 1, cost: euros)
    #expect(spent.usage.costMicros == UInt64(Int.max))
  }

  @Test("is of its partition and lane, and a reply that is not of the schema is complained about")
  func options() async throws {
    let bench = try SummarizerBench(replying: Reply.answer)
    let record = try bench.record()
    _ = try await bench.finish(record)
    let options = try #require(bench.gateway.options.first)
    #expect(options.lane == .interactive)
    #expect(
      options.owner
        == CallOwner(partition: record.partition.partition, of: SummarizerBench.partitions))
    #expect(options.outputClass.hasPrefix(PromptTemplate.highlight.version))
    #expect(options.complaint?(Reply.answer) == nil)
    #expect(options.complaint?("{}")?.contains("answerable") == true)

    var backfill = record
    backfill.partition = TopicPartition(
      topic: "search.queries.backfill", partition: record.partition.partition)
    let outcome = try await bench.finish(backfill).outcome
    #expect(outcome.result == .unchanged && outcome.lane == "backfill")
  }
}
