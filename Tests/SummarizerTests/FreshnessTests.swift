import Highlights
import HighlightsProtocol
import Kafka
import KafkaWorker
import SwiftProtobuf
import Testing

@testable import Summarizer

@Suite("A repeated search")
struct FreshnessTests {
  @Test("is unchanged, without a call, until the highlight is no longer fresh")
  func unchanged() async throws {
    let bench = try SummarizerBench(replying: Reply.answer)
    let first = try await bench.finish(bench.record())
    bench.clock.advance(24 * 3_600_000 - 1)
    let second = try await bench.finish(bench.record(again("q-2")))
    #expect(try second.outcome.result == .unchanged)
    #expect(try second.outcome.queryID == "q-2")
    #expect(try second.outcome.key == first.highlight.key)
    #expect(second.published.isEmpty)
    #expect(bench.gateway.calls == 1)

    bench.clock.advance(1)
    // With other evidence; the same would be republished without a call.
    var changed = again("q-3")
    changed.videos[0].segments[1].text = "Then roll it up."
    #expect(try await bench.finish(bench.record(changed)).outcome.result == .answered)
    #expect(bench.gateway.calls == 2)
  }

  @Test("in other case and spacing is the same search")
  func normalised() async throws {
    let bench = try SummarizerBench(replying: Reply.answer)
    _ = try await bench.finish(bench.record())
    var query = again("q-2")
    query.text = "  HOW to  fold a FITTED sheet "
    #expect(try await bench.finish(bench.record(query)).outcome.result == .unchanged)
  }

  @Test("in another locale is another search")
  func otherLocale() async throws {
    let bench = try SummarizerBench(replying: Reply.answer)
    _ = try await bench.finish(bench.record())
    var query = again("q-2")
    query.locale = "en-GB"
    #expect(try await bench.finish(bench.record(query)).outcome.result == .answered)
  }

  @Test("is asked again while the first highlight is not acknowledged")
  func notAcknowledged() async throws {
    let bench = try SummarizerBench(replying: Reply.answer)
    _ = try await bench.handle(bench.record())
    #expect(try await bench.finish(bench.record(again("q-2"))).outcome.result == .answered)
    #expect(bench.gateway.calls == 2)
  }

  @Test("is asked again when its partition was away in between")
  func forgotten() async throws {
    let bench = try SummarizerBench(replying: Reply.answer)
    let record = try bench.record()
    _ = try await bench.finish(record)
    bench.published.forget([record.partition])
    #expect(try await bench.finish(record).outcome.result == .answered)
    #expect(bench.gateway.calls == 2)
  }

  @Test(
    "with force_refresh is asked again, and generated_at grows whatever the clock says",
    arguments: [0, 5, -60_000])
  func forced(step: Int64) async throws {
    let bench = try SummarizerBench(replying: Reply.answer)
    let first = try await bench.finish(bench.record())
    bench.clock.advance(step)
    let forced = try await bench.finish(
      bench.record(again("q-2"), headers: [KafkaHeader(HeaderName.forceRefresh, "true")]))
    #expect(try forced.outcome.result == .answered)
    #expect(bench.gateway.calls == 2)
    let (old, new) = (
      UnixTime(try first.highlight.generatedAt), UnixTime(try forced.highlight.generatedAt)
    )
    #expect(new > old)
    #expect(new == max(bench.clock.now, old.advanced(byMilliseconds: 1)))
  }

  @Test("of a variant goes to the variant's topic and is fresh for it alone")
  func variant() async throws {
    let bench = try SummarizerBench(
      replying: Reply.answer, variants: ["short-2": VariantSettings(prompt: .highlight)])
    let header = [KafkaHeader(HeaderName.variant, "short-2")]
    _ = try await bench.finish(bench.record())
    let first = try await bench.finish(bench.record(again("q-2"), headers: header))
    #expect(first.published.map(\.topic) == ["search.highlights.short-2"])
    #expect(first.ledger.map(\.topic) == ["search.outcomes"])
    let second = try await bench.finish(bench.record(again("q-3"), headers: header))
    #expect(try second.outcome.result == .unchanged)
    #expect(bench.gateway.calls == 2)
  }

  @Test(
    "of a variant whose name is no part of a topic's is dead",
    arguments: ["B", "a.b", "a b", "ä", "../x", String(repeating: "a", count: 65)])
  func invalidVariant(name: String) async throws {
    let bench = try SummarizerBench(replying: Reply.answer)
    let record = try bench.record(headers: [KafkaHeader(HeaderName.variant, name)])
    let failure = try #require(await bench.failure(of: record))
    #expect(failure.verdict == .dead)
    #expect(failure.reason == "invalid_variant")
    #expect(bench.gateway.calls == 0)
  }

  private func again(_ id: String) -> SearchQuery {
    var query = SearchQuery.sample
    query.queryID = id
    return query
  }
}
