import HighlightsProtocol

extension ControlState {
  /// What differs from before in variants, highlights and videos, in words for an operator; each a line. What else is
  /// switched, lanes, whoever pauses them tells.
  public func news(since before: ControlState) -> [String] {
    var lines: [String] = []
    if liveVariant != before.liveVariant {
      let by = variantSwitch.map { live in
        (live.actor.isEmpty ? "" : " by \(live.actor)")
          + (live.reason.isEmpty ? "" : ": \(live.reason)")
      }
      lines.append(
        "live variant: \(VariantName.shown(before.liveVariant)) → \(VariantName.shown(liveVariant))"
          + (by ?? ""))
    }
    if withdrawnHighlights != before.withdrawnHighlights {
      lines.append("withdrawn highlights: \(withdrawnHighlights)")
    }
    if withdrawnVideos.count != before.withdrawnVideos.count {
      lines.append("withdrawn videos: \(withdrawnVideos.count)")
    }
    return lines
  }
}
