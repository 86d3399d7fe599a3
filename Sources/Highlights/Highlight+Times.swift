import HighlightsProtocol

extension Highlight {
  /// The `reason` of an answer that no video gives.
  public static let generalReason = "general"

  /// Whether it was answered from the model's own knowledge; such an answer cites nothing.
  public var isGeneral: Bool { sentences.contains { $0.kind == .general } }

  /// The ids of the videos its sentences cite.
  public var citedVideoIDs: Set<String> {
    Set(sentences.flatMap { $0.citations.map(\.videoID) })
  }

  /// The same words with new times: how unchanged evidence is published again without a call.
  ///
  /// `generated_at` is the later of `now` and one millisecond after `lastKnown`, so that within a
  /// key it only grows, also when clocks differ between workers.
  public func renewed(
    now: UnixTime, lastKnown: UnixTime?, policy: HighlightPolicy
  ) -> Highlight {
    let generated = lastKnown.map { max(now, $0.advanced(byMilliseconds: 1)) } ?? now
    let life = policy.life(status: status, reason: reason)
    var renewed = self
    renewed.generatedAt = generated.timestamp
    renewed.freshUntil =
      generated.advanced(byMilliseconds: life.freshFor.wholeMilliseconds).timestamp
    renewed.expiresAt =
      generated.advanced(byMilliseconds: life.expiresAfter.wholeMilliseconds).timestamp
    return renewed
  }
}

extension Duration {
  /// Rounded towards zero; the nearest end where 64 bits are not enough.
  var wholeMilliseconds: Int64 {
    let (seconds, attoseconds) = components
    let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000)
    let (sum, sumOverflow) = scaled.addingReportingOverflow(attoseconds / 1_000_000_000_000_000)
    return overflow || sumOverflow ? (seconds < 0 ? .min : .max) : sum
  }
}
