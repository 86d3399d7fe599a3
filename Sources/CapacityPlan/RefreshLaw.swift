import Foundation

/// How often keys are called for, given how often they are searched for.
///
/// Searches of a key come at random (Poisson) at rate λ. One that finds no fresh highlight refreshes it, which takes D;
/// those that come meanwhile wait and end unchanged; those of the next T find it fresh. After that it takes 1/λ on
/// average until the next one comes. So a refresh renews itself every T + D + 1/λ, and of λ searches a second
///
///     r(λ) = λ / (1 + λ (T + D))
///
/// refresh. Rare keys (λ T ≪ 1) are refreshed with each search, often searched ones once every T.
///
/// D is a call's latency. A fleet that cannot keep up has searches wait inside its workers too, which have more searches
/// wait behind them: it then calls a little less often than this says, by about the wait over T.
struct RefreshLaw: Sendable {
  private let kinds: [(part: Double, freshFor: Double, expiresAfter: Double)]
  private let duration: Double

  init(_ demand: SearchDemand, _ call: CallProfile) {
    kinds = [
      (1 - demand.noAnswerShare, demand.freshFor, demand.expiresAfter),
      (demand.noAnswerShare, demand.noAnswerFreshFor, demand.expiresAfter),
    ].filter { $0.0 > 0 }
    duration = demand.changedShare * call.meanLatency
  }

  /// Refreshes a second of a key, on average over keys with and without an answer.
  func refreshes(_ rate: Double) -> Double {
    var sum = 0.0
    for kind in kinds { sum += kind.part * rate / (1 + rate * (kind.freshFor + duration)) }
    return sum
  }

  /// The part of the time for which a key is in the store: from each refresh until the next, or until it expires E
  /// later. With F = T + D,
  ///
  ///     (F + (1 − e^(−λ(E−F))) / λ) / (F + 1/λ)
  func stored(_ rate: Double) -> Double {
    guard rate > 0 else { return 0 }
    var sum = 0.0
    for kind in kinds {
      let cycle = kind.freshFor + duration
      let surely = min(cycle, kind.expiresAfter)
      let waiting = -expm1(-rate * (kind.expiresAfter - surely)) / rate
      sum += kind.part * (surely + waiting) / (cycle + 1 / rate)
    }
    return sum
  }
}
