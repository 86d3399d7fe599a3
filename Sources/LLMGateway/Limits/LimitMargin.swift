/// How far below a limit the rate must be, so that no window of 60 s exceeds it.
struct LimitMargin {
  /// Of the standard deviation of the fleet's use of a window. Measured with 4 to 64 workers and 40
  /// to 2,400 calls a minute, 8 runs of 20 minutes each: with 2 deviations up to 0.8 % of calls are
  /// refused, with 3 up to 0.14 %, with 3.5 up to 0.014 %, with 4 one of 724,000 in all.
  static let deviations = 4.0
  /// More is not given up; limits that are this small for a call refuse some.
  static let most = 0.3

  private var part: Double

  /// - Parameter burst: In nanoseconds; a window may hold what was saved up before it.
  init(burst: Int64) { part = 1 - 60e9 / (60e9 + Double(burst)) }

  /// Allows for owners that each save up for one call at moments of their own.
  ///
  /// One owner's use of a window differs from its rate by what it had saved up before less what it
  /// has at the end: two numbers between 0 and a call's cost, variance cost²/6; for N equal owners
  /// the deviation is cost·√(N/6), and N·cost at most. It is no more than the savings of idle
  /// workers as long as a call costs less than the burst gives, so the larger of both counts.
  mutating func varies(by cost: Double, limit: Int, fraction: Double) {
    guard fraction > 0, cost > 0 else { return }
    let owners = 1 / fraction
    let costs = min(owners, Self.deviations * (owners / 6).squareRoot())
    part = max(part, min(Self.most, costs * cost / Double(limit)))
  }

  var factor: Double { (1 - part) * 0.997 }
}
