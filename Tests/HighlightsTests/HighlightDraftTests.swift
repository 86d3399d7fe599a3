import Highlights
import HighlightsProtocol
import Testing

@Suite struct HighlightDraftTests {
  let policy = HighlightPolicy(
    answered: .init(freshFor: .seconds(10), expiresAfter: .seconds(20)),
    noAnswer: [.invalidReply: .init(freshFor: .seconds(1), expiresAfter: .seconds(2))],
    otherNoAnswer: .init(freshFor: .seconds(3), expiresAfter: .seconds(4)),
    filtered: .init(freshFor: .seconds(5), expiresAfter: .seconds(6)),
    maxShownVideos: 2, pipelineVersion: "1.2.3", label: "AI")
  let now = UnixTime(milliseconds: 1_000_000)

  private func draft(_ verification: Verification? = nil) throws -> HighlightDraft {
    let others = (0..<5).map { Samples.video("other\($0)", title: "A\nB", ["x"]) }
    let search = try Samples.search(others + [Samples.sheet])
    let evidence = Evidence(search)
    var provenance = Provenance()
    provenance.modelServed = "m"
    var usage = Usage()
    usage.attempts = 2
    return HighlightDraft(
      search: search, evidence: evidence,
      verification: verification
        ?? Verifier().verify(Samples.reply("Smooth it.", "v6#1", "flat for"), against: evidence),
      provenance: provenance, usage: usage, generationTime: .milliseconds(1_234))
  }

  @Test("An answer says everything a reader and an auditor need")
  func answered() throws {
    let draft = try draft()
    let highlight = draft.highlight(now: now, lastKnown: nil, policy: policy)
    #expect(highlight.key == draft.search.key.description)
    #expect(highlight.queryText == draft.search.text)
    #expect(highlight.locale == "en-US")
    #expect(highlight.status == .answered && highlight.reason.isEmpty)
    let sentence = try #require(highlight.sentences.first)
    #expect(sentence.text == "Smooth it." && sentence.kind == .grounded)
    let citation = try #require(sentence.citations.first)
    #expect(citation.videoID == "sheet" && citation.segmentIndex == 1)
    #expect(citation.startMs == 1_000 && citation.endMs == 2_000)
    #expect(citation.quote == "flat\nfor")
    #expect(highlight.sourceFingerprint == draft.evidence.fingerprint)
    #expect(highlight.provenance.modelServed == "m")
    #expect(highlight.flaggedSegments == 0)
    #expect(highlight.provenance.pipelineVersion == "1.2.3")
    #expect(highlight.usage.attempts == 2 && highlight.generationMs == 1_234)
    #expect(highlight.label == "AI")
  }

  @Test("Cited videos are always among those shown, in rank order")
  func cards() throws {
    let highlight = try draft().highlight(now: now, lastKnown: nil, policy: policy)
    #expect(highlight.videos.map(\.id) == ["other0", "sheet"])
    #expect(highlight.videos.map(\.title) == ["A B", "Fold a fitted sheet"])
    #expect(highlight.citedVideoIDs == ["sheet"])
  }

  @Test("Each kind of result has its own life")
  func lives() throws {
    let cases: [(Verdict, Highlight.Status, String, Int64, Int64)] = [
      (.noAnswer(.invalidReply), .noAnswer, "invalid_reply", 1_000, 2_000),
      (.noAnswer(.notInVideos), .noAnswer, "not_in_videos", 3_000, 4_000),
      (.filtered(reason: "content_filter"), .filtered, "content_filter", 5_000, 6_000),
    ]
    for (verdict, status, reason, fresh, expires) in cases {
      let verification = Verification(verdict: verdict, dropped: [.noCitation: 2])
      let highlight = try draft(verification).highlight(now: now, lastKnown: nil, policy: policy)
      #expect(highlight.status == status && highlight.reason == reason)
      #expect(highlight.sentences.isEmpty)
      #expect(UnixTime(highlight.freshUntil) == now.advanced(byMilliseconds: fresh))
      #expect(UnixTime(highlight.expiresAt) == now.advanced(byMilliseconds: expires))
      #expect(highlight.droppedSentences == ["no_citation": 2])
    }
  }

  @Test(
    "Within a key, time only grows, whatever the clock says",
    arguments: [
      (nil, 1_000_000), (999_999, 1_000_000), (1_000_000, 1_000_001), (5_000_000, 5_000_001),
    ] as [(Int64?, Int64)])
  func generatedAt(lastKnown: Int64?, expected: Int64) throws {
    let last = lastKnown.map(UnixTime.init(milliseconds:))
    let highlight = try draft().highlight(now: now, lastKnown: last, policy: policy)
    let generated = UnixTime(highlight.generatedAt)
    #expect(generated.milliseconds == expected)
    #expect(UnixTime(highlight.freshUntil) == generated.advanced(byMilliseconds: 10_000))
    #expect(UnixTime(highlight.expiresAt) == generated.advanced(byMilliseconds: 20_000))
  }

  @Test("Renewing changes the times and nothing else")
  func renewed() throws {
    let first = try draft().highlight(now: now, lastKnown: nil, policy: policy)
    var second = first.renewed(now: now, lastKnown: UnixTime(first.generatedAt), policy: policy)
    #expect(UnixTime(second.generatedAt) == now.advanced(byMilliseconds: 1))
    #expect(second != first)
    second.generatedAt = first.generatedAt
    second.freshUntil = first.freshUntil
    second.expiresAt = first.expiresAt
    #expect(second == first)
  }

  @Test("A life cannot end before it stops being fresh")
  func lifeOrder() {
    let life = HighlightPolicy.Life(freshFor: .seconds(10), expiresAfter: .seconds(1))
    #expect(life.expiresAfter == .seconds(10))
  }
}
