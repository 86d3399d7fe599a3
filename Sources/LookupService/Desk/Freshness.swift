import Foundation
import HighlightsProtocol

/// What may be done with a highlight at a moment.
enum Freshness: Sendable, Hashable {
  case fresh
  /// May be shown while a new one is written.
  case stale
  /// Must not be shown.
  case expired
}

/// The times of a highlight that decide whether it is shown and refreshed.
struct HighlightTimes: Sendable, Hashable {
  var generatedAt: UnixTime
  /// The end of time where the message does not say.
  var freshUntil: UnixTime
  var expiresAt: UnixTime
  /// How long writing it took.
  var generation: Duration

  init(
    generatedAt: UnixTime, freshUntil: UnixTime, expiresAt: UnixTime, generation: Duration = .zero
  ) {
    self.generatedAt = generatedAt
    self.freshUntil = freshUntil
    self.expiresAt = expiresAt
    self.generation = generation
  }

  init(_ highlight: HighlightJSON) {
    let expiresAt = highlight.expiresAt ?? .latest
    self.init(
      generatedAt: highlight.generatedAt, freshUntil: highlight.freshUntil ?? expiresAt,
      expiresAt: expiresAt, generation: .milliseconds(Int64(highlight.generationMilliseconds)))
  }

  func freshness(at now: UnixTime) -> Freshness {
    if now >= expiresAt { return .expired }
    return now < freshUntil ? .fresh : .stale
  }

  /// Whether this look-up should have the highlight written anew: always when it is stale; before
  /// that with a chance that grows towards `freshUntil` and with the time that writing it takes,
  /// so that what is asked for often is renewed before anyone is shown a stale one (XFetch:
  /// Vattani, Chierichetti, Lowenstein, "Optimal Probabilistic Cache Stampede Prevention").
  ///
  /// - Parameters:
  ///   - eagerness: XFetch's beta; 0 never refreshes early.
  ///   - chance: Drawn evenly from 0 (excluded) to 1.
  func wantsRefresh(at now: UnixTime, eagerness: Double, chance: Double) -> Bool {
    guard now < freshUntil else { return now < expiresAt }
    guard eagerness > 0 else { return false }
    let lead = generation.inSeconds * 1_000 * eagerness * -log(max(chance, .leastNonzeroMagnitude))
    return Double(freshUntil.milliseconds) - Double(now.milliseconds) <= lead
  }
}
