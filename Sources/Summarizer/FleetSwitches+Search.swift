import Control
import Highlights
import HighlightsProtocol

/// What the switches mean for one search and its highlight.
extension FleetSwitches.Snapshot {
  func isWithdrawn(_ key: HighlightKey) -> Bool { state.isWithdrawn(key: key.description) }

  /// The search as if it had come without the videos that are withdrawn: evidence, its fingerprint and the videos
  /// shown follow from the rest alone.
  func withoutWithdrawnVideos(
    _ search: Search, of wire: SearchQuery, limits: SearchLimits
  ) -> Search {
    guard search.videos.contains(where: isWithdrawn) else { return search }
    var rest = wire
    rest.videos.removeAll(where: isWithdrawn)
    do { return try Search(rest, fallbackID: search.id, limits: limits) } catch {
      // What holds for all videos holds for some of them.
      preconditionFailure("\(error)")
    }
  }

  /// Whether one of the highlight's sentences cites a withdrawn video: it must not be published.
  func forbids(_ highlight: Highlight) -> Bool {
    !state.withdrawnVideos.isDisjoint(with: highlight.citedVideoIDs)
  }

  func forbids(_ draft: HighlightDraft) -> Bool {
    guard !state.withdrawnVideos.isEmpty,
      case .answered(let sentences) = draft.verification.verdict
    else { return false }
    return sentences.contains { sentence in
      sentence.citations.contains { state.withdrawnVideos.contains($0.segment.videoID) }
    }
  }

  /// Whether look-ups still answer with what was published: the key was not withdrawn since, also where that was
  /// lifted again, and no video is gone that the highlight cites or shows.
  func isStillShown(_ entry: PublishedTable.Entry, _ key: HighlightKey) -> Bool {
    entry.withdrawalEpoch == state.epoch(ofKey: key.description)
      && (withdrawnTags.isEmpty || !entry.videos.contains(where: withdrawnTags.contains))
  }

  /// The highlight as it may be published now: with its key's epoch, and no card of a withdrawn video.
  func marked(_ highlight: Highlight) -> Highlight {
    var marked = highlight
    marked.withdrawalEpoch = state.epoch(ofKey: highlight.key)
    if !state.withdrawnVideos.isEmpty {
      marked.videos.removeAll { state.withdrawnVideos.contains($0.id) }
    }
    return marked
  }

  /// What `generated_at` must exceed: what this worker published of the key, and the last word on its withdrawal,
  /// which a highlight of the same moment came with.
  func lastKnown(_ entry: PublishedTable.Entry?, _ key: HighlightKey) -> UnixTime? {
    let moments = [entry?.generatedAt, state.withdrawals[key.description]?.changedAt]
    return moments.compactMap(\.self).max()
  }

  private func isWithdrawn(_ video: Video) -> Bool { state.withdrawnVideos.contains(video.id) }
}
