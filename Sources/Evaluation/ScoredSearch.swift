import Foundation
import HighlightsProtocol

/// One search of a run with all that the figures are made of.
public struct ScoredSearch: Sendable, Hashable, Codable {
  public struct Citation: Sendable, Hashable, Codable {
    public let segment: SegmentReference
    public let startMs: Int
    public let quote: String
    /// Whether people chose that segment too; nil without gold.
    public let isGold: Bool?
  }

  /// A published sentence.
  public struct Sentence: Sendable, Hashable, Codable {
    public let text: String
    /// The model's own knowledge, labelled so: it has nothing to verify.
    public let isGeneral: Bool
    public let citations: [Citation]
    public let fault: SentenceFault?
  }

  public let queryID: String
  public let query: String
  public let decision: Decision
  /// A stable word; empty when answered.
  public let reason: String
  /// Nil without gold.
  public let answerable: Bool?
  /// Nil where people did not say which segments answer.
  public let citations: CitationCount?
  public let sentences: [Sentence]
  public let written: Int
  /// What the model wrote that was not published, as far as known.
  public let unpublished: [String]
  public let dropReasons: [String: Int]
  public let flaggedSegments: Int
  public let latencyMs: Double
  public let inputTokens: Int
  public let outputTokens: Int
  public let costMicros: Int
  public let currency: String

  /// Scores one search against what people decided about it.
  public init(_ evaluated: EvaluatedSearch, gold: GoldAnswer? = nil) {
    var highlight = Highlight()
    if case .published(let published) = evaluated.ending { highlight = published }
    let evidence = gold?.evidence

    queryID = evaluated.search.queryID
    query = evaluated.search.text
    (decision, reason) = evaluated.decision
    answerable = gold?.answerable
    sentences = highlight.sentences.map { sentence in
      Sentence(
        text: sentence.text, isGeneral: sentence.kind == .general,
        citations: sentence.citations.map { citation in
          let segment = SegmentReference(
            videoID: citation.videoID, index: Int(citation.segmentIndex))
          return Citation(
            segment: segment, startMs: Int(citation.startMs), quote: citation.quote,
            isGold: evidence?.contains(segment))
        },
        fault: sentence.kind == .general
          ? nil : SentenceFault.first(in: sentence, of: evaluated.search))
    }
    let cited = Set(sentences.flatMap(\.citations).map(\.segment))
    citations = evidence.map { CitationCount(cited: cited, gold: $0) }
    written = evaluated.written.count
    if case .sentences(let all) = evaluated.written {
      let published = Set(highlight.sentences.map { FoldedText($0.text) })
      unpublished = all.map(\.text).filter { !published.contains(FoldedText($0)) }
    } else {
      unpublished = []
    }
    dropReasons = highlight.droppedSentences.mapValues { Int($0) }
    flaggedSegments = evaluated.flaggedSegments
    latencyMs = evaluated.latency / .milliseconds(1)
    inputTokens = evaluated.inputTokens
    outputTokens = evaluated.outputTokens
    costMicros = evaluated.costMicros
    currency = evaluated.currency
  }

  /// What gold figures are made of; nil without gold.
  var judgement: Judgement? {
    answerable.map { Judgement(decision: decision, answerable: $0, citations: citations) }
  }

  var groundedSentences: [Sentence] { sentences.filter { !$0.isGeneral } }
}
