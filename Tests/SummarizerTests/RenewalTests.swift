import Highlights
import HighlightsProtocol
import Kafka
import LLMGateway
import Testing

@testable import Summarizer

@Suite("A search whose highlight is no longer fresh")
struct RenewalTests {
  private let day: Int64 = 24 * 3_600_000

  @Test("has it republished without a call where the evidence is the same")
  func renewed() async throws {
    let bench = try SummarizerBench(replying: Reply.answer)
    let first = try await bench.finish(bench.record())
    bench.clock.advance(day)
    var query = SearchQuery.sample
    query.queryID = "q-2"
    let second = try await bench.finish(bench.record(query))
    #expect(bench.gateway.calls == 1)
    #expect(try second.outcome.result == .unchanged && second.outcome.reason == "same_evidence")
    #expect(try second.outcome.hasPublishedAt && !second.outcome.hasCalledAt)
    #expect(try second.outcome.usage == Usage())
    let (old, new) = (try first.highlight, try second.highlight)
    #expect(new.sentences == old.sentences && new.sourceFingerprint == old.sourceFingerprint)
    #expect(UnixTime(new.generatedAt) > UnixTime(old.generatedAt))
    #expect(UnixTime(new.freshUntil) == bench.clock.now.advanced(byMilliseconds: day))
    // And it is fresh again.
    query.queryID = "q-3"
    let third = try await bench.finish(bench.record(query))
    #expect(try third.outcome.reason == "fresh")
  }

  @Test("is asked again where a video says something else, or when it is forced")
  func changed() async throws {
    let bench = try SummarizerBench(replying: Reply.answer)
    _ = try await bench.finish(bench.record())
    bench.clock.advance(day)
    let forced = [KafkaHeader(HeaderName.forceRefresh, "true")]
    _ = try await bench.finish(bench.record(headers: forced))
    #expect(bench.gateway.calls == 2)
    bench.clock.advance(day)
    var query = SearchQuery.sample
    query.videos[0].segments[1].text = "Then roll it up."
    let third = try await bench.finish(bench.record(query))
    #expect(try third.outcome.result == .answered)
    #expect(bench.gateway.calls == 3)
  }

  @Test("is asked again where the reply could not be read")
  func unreadable() async throws {
    let bench = try SummarizerBench(replying: "no JSON")
    let first = try await bench.finish(bench.record())
    #expect(try first.outcome.reason == "invalid_reply")
    bench.clock.advance(day)
    _ = try await bench.finish(bench.record())
    #expect(bench.gateway.calls == 2)
  }

  @Test("is asked again where there was no room to keep what was published")
  func forgotten() async throws {
    let table = PublishedTable(bytes: 10)
    let partition = TopicPartition(topic: "search.queries", partition: 0)
    var highlight = Highlight()
    highlight.queryText = "longer than ten bytes"
    table.record(.init(key: "k", variant: ""), .init(highlight), of: partition)
    let entry = try #require(table.entry(.init(key: "k", variant: ""), of: partition))
    #expect(entry.highlight == nil)
  }
}

@Suite("Answers without evidence")
struct GeneralAnswerTests {
  private static let general = #"{"answerable":true,"sentences":[{"text":"Sheets fold flat."}]}"#

  private func writer(_ contents: [String], _ answers: AnswersWithoutEvidence) throws
    -> (HighlightWriter, ScriptedGateway)
  {
    let gateway = ScriptedGateway(contents)
    let deployment = try Deployment(
      name: "fake", provider: "fake", baseURL: "http://127.0.0.1:1/v1", model: "asked-for",
      authentication: .none, usageTerms: "none")
    let settings = SummarizerSettings(
      policy: HighlightPolicy(pipelineVersion: "test"), answersWithoutEvidence: answers,
      deployment: deployment)
    return (HighlightWriter(settings: settings, gateway: gateway), gateway)
  }

  private func written(
    _ contents: [String], _ answers: AnswersWithoutEvidence, _ query: SearchQuery = .sample
  ) async throws -> (Highlight, Int) {
    let (writer, gateway) = try writer(contents, answers)
    let search = try Search(query, fallbackID: "?")
    let draft = try await writer.write(search, Evidence(search)).draft
    let highlight = draft.highlight(
      now: UnixTime(milliseconds: 1), lastKnown: nil,
      policy: HighlightPolicy(pipelineVersion: "test"))
    return (highlight, gateway.calls)
  }

  @Test("are declined unless asked for")
  func off() async throws {
    let (highlight, calls) = try await written([Reply.declined], .decline)
    #expect(highlight.status == .noAnswer && calls == 1)
  }

  @Test("are labelled, cite nothing and are never mixed with what videos say")
  func on() async throws {
    let (highlight, calls) = try await written([Reply.declined, Self.general], .general)
    #expect(calls == 2 && highlight.status == .answered && highlight.reason == "general")
    #expect(highlight.sentences.map(\.kind) == [.general])
    #expect(highlight.sentences.allSatisfy { $0.citations.isEmpty })
    #expect(highlight.label == "AI-generated general answer, not from the videos")
    #expect(highlight.provenance.promptVersion == PromptTemplate.general.version)
    #expect(highlight.usage.attempts == 4, "both calls are counted")
    let (grounded, one) = try await written([Reply.answer, Self.general], .general)
    #expect(one == 1 && grounded.sentences.map(\.kind) == [.grounded])
  }

  @Test("take one call where there are no videos")
  func noVideos() async throws {
    var query = SearchQuery.sample
    query.videos = []
    let (highlight, calls) = try await written([Self.general], .general, query)
    #expect(calls == 1 && highlight.isGeneral)
  }

  @Test("that are declined too, or fail, leave the videos' own verdict")
  func declined() async throws {
    let (highlight, calls) = try await written([Reply.declined, Reply.declined], .general)
    #expect(calls == 2 && highlight.status == .noAnswer && highlight.reason == "not_in_videos")
    let (failed, tries) = try await written([Reply.declined], .general)
    #expect(tries == 2 && failed.status == .noAnswer && failed.reason == "not_in_videos")
  }
}
