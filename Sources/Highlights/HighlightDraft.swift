import HighlightsProtocol
import SwiftProtobuf

/// Everything a highlight says, before it is given its times.
public struct HighlightDraft: Sendable {
  public var search: Search
  public var evidence: Evidence
  public var verification: Verification
  /// The pipeline version is filled in when the highlight is made.
  public var provenance: Provenance
  public var usage: Usage
  /// From the first call to the verdict.
  public var generationTime: Duration

  public init(
    search: Search, evidence: Evidence, verification: Verification,
    provenance: Provenance = Provenance(), usage: Usage = Usage(),
    generationTime: Duration = .zero
  ) {
    self.search = search
    self.evidence = evidence
    self.verification = verification
    self.provenance = provenance
    self.usage = usage
    self.generationTime = generationTime
  }

  /// The message to publish.
  ///
  /// - Parameter lastKnown: `generated_at` of the key's newest highlight that is known; what is
  ///   made now is later than that, whatever the clock says.
  public func highlight(
    now: UnixTime, lastKnown: UnixTime?, policy: HighlightPolicy
  ) -> Highlight {
    var highlight = Highlight()
    highlight.key = search.key.description
    highlight.queryText = search.text
    highlight.locale = search.locale.description
    switch verification.verdict {
    case .answered(let sentences):
      highlight.status = .answered
      highlight.sentences = sentences.map(\.message)
    case .general(let sentences):
      highlight.status = .answered
      highlight.reason = Highlight.generalReason
      highlight.sentences = sentences.map { text in
        Sentence.with {
          $0.text = text
          $0.kind = .general
        }
      }
    case .noAnswer(let reason):
      highlight.status = .noAnswer
      highlight.reason = reason.rawValue
    case .filtered(let reason):
      highlight.status = .filtered
      highlight.reason = reason
    }
    highlight.videos = cards(showing: highlight.citedVideoIDs, atLeast: policy.maxShownVideos)
    highlight.sourceFingerprint = evidence.fingerprint
    highlight.provenance = provenance
    highlight.provenance.pipelineVersion = policy.pipelineVersion
    highlight.usage = usage
    highlight.generationMs = UInt32(clamping: generationTime.wholeMilliseconds)
    highlight.label = highlight.isGeneral ? policy.generalLabel : policy.label
    highlight.flaggedSegments = UInt32(clamping: evidence.flagged)
    for (reason, count) in verification.dropped {
      highlight.droppedSentences[reason.rawValue] = UInt32(clamping: count)
    }
    return highlight.renewed(now: now, lastKnown: lastKnown, policy: policy)
  }

  /// In rank order: the cited videos, and the best others up to `count` in all.
  private func cards(showing cited: Set<String>, atLeast count: Int) -> [VideoCard] {
    var others = max(0, count - cited.count)
    var cards: [VideoCard] = []
    for video in search.videos {
      if !cited.contains(video.id) {
        guard others > 0 else { continue }
        others -= 1
      }
      var card = VideoCard()
      card.id = video.id
      card.title = TextFolding.spaceCollapsed(video.title)
      card.creator = TextFolding.spaceCollapsed(video.creator)
      card.durationMs = video.durationMs
      cards.append(card)
    }
    return cards
  }
}

extension VerifiedSentence {
  fileprivate var message: Sentence {
    var message = Sentence()
    message.text = text
    message.kind = .grounded
    message.citations = citations.map { verified in
      var citation = Citation()
      citation.videoID = verified.segment.videoID
      citation.segmentIndex = UInt32(clamping: verified.segment.index)
      citation.startMs = verified.segment.startMs
      citation.endMs = verified.segment.endMs
      citation.quote = verified.quote
      return citation
    }
    return message
  }
}
