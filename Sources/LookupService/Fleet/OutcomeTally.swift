import HighlightsProtocol

/// How searches ended lately: how many, how, after how long, and what that took.
///
/// A pure value of a fixed size. An outcome counts when it is heard, by the clock of who counts; one that is heard twice
/// counts twice.
struct OutcomeTally: Sendable {
  /// Ten seconds.
  private struct Step: Sendable {
    var ended: Int64 = 0
    var places = [UInt32](repeating: 0, count: ReasonTable.places)
    var waits = TimeHistogram()
    var calls = TimeHistogram()
  }

  private static let steps = 60
  private static let minutes = 60
  private let started: UnixTime
  private var seconds = StepRing(step: .seconds(1), keeping: 61, empty: Int64(0))
  private var steps = StepRing(step: .seconds(10), keeping: Self.steps + 1, empty: Step())
  private var spent = StepRing(step: .seconds(60), keeping: Self.minutes + 1, empty: Spending())
  private var total = Spending()
  private var currencies: [String] = []
  private var reasons = ReasonTable()
  /// Outcomes whose cost is not counted: no currency, or one too many.
  private var unpriced: Int64 = 0

  init(at now: UnixTime) { started = now }

  mutating func take(_ outcome: Outcome, at now: UnixTime) {
    seconds.update(at: now) { $0 += 1 }
    let entry = ReasonTable.Entry(
      result: FleetWords.word(outcome.result), reason: FleetWords.bounded(outcome.reason))
    let number = steps.number(at: now)
    let place = reasons.count(
      entry, step: number, forgettable: number - Int64(Self.steps))
    steps.update(at: now) { step in
      step.ended += 1
      step.places[place] += 1
      guard outcome.hasCalledAt else { return }
      let called = UnixTime(outcome.calledAt).milliseconds
      // Without the time it was made, a search waits from when a worker took it.
      if outcome.hasRequestedAt || outcome.hasConsumedAt {
        let since = outcome.hasRequestedAt ? outcome.requestedAt : outcome.consumedAt
        step.waits.add(called - UnixTime(since).milliseconds)
      }
      if outcome.hasPublishedAt || outcome.hasEndedAt {
        let until = outcome.hasPublishedAt ? outcome.publishedAt : outcome.endedAt
        step.calls.add(UnixTime(until).milliseconds - called)
      }
    }
    take(outcome.usage, at: now)
  }

  private mutating func take(_ usage: Usage, at now: UnixTime) {
    var more = Spending()
    more.input = Int64(usage.inputTokens)
    more.output = Int64(usage.outputTokens)
    more.wasted = Int64(usage.wastedTokens)
    more.calls = Int64(usage.attempts)
    if usage.costMicros > 0 {
      if let place = place(of: usage.currency) {
        more.micros[place] = FleetWords.units(usage.costMicros)
      } else {
        unpriced += 1
      }
    }
    total.add(more)
    spent.update(at: now) { $0.add(more) }
  }

  private mutating func place(of text: String) -> Int? {
    guard let currency = FleetWords.currency(text) else { return nil }
    if let known = currencies.firstIndex(of: currency) { return known }
    guard currencies.count < Spending.currencies else { return nil }
    currencies.append(currency)
    return currencies.count - 1
  }

  // MARK: Figures

  func throughput(at now: UnixTime) -> FleetSnapshot.Throughput {
    let lately = seconds.last(60, at: now, isWhole: true)
    // Who has listened for less cannot have heard more.
    let heard = max(1, seconds.number(at: now) - started.milliseconds.flooredQuotient(1_000))
    func rate(_ window: Int64) -> Double {
      Double(lately.suffix(Int(window)).reduce(0, +)) / Double(min(window, heard))
    }
    return .init(
      perSecondOver10s: rate(10), perSecondOver60s: rate(60), stepSeconds: 10,
      series: steps.last(Self.steps, at: now, isWhole: true).map { Double($0.ended) / 10 })
  }

  func outcomes(at now: UnixTime) -> [FleetSnapshot.Ended] {
    var lately = [Int64](repeating: 0, count: ReasonTable.places)
    for step in steps.last(Self.steps, at: now) where step.ended > 0 {
      for place in lately.indices { lately[place] += Int64(step.places[place]) }
    }
    let ended = lately.indices.compactMap { place in
      reasons.entry(at: place).map {
        FleetSnapshot.Ended(
          result: $0.result, reason: $0.reason, last10Minutes: lately[place],
          sinceStart: reasons.totals[place])
      }
    }
    return ended.sorted { ($0.order, $0.reason) < ($1.order, $1.reason) }
  }

  func times(at now: UnixTime) -> FleetSnapshot.Times {
    var (waits, calls) = (TimeHistogram(), TimeHistogram())
    for step in steps.last(Self.steps / 2, at: now) where step.ended > 0 {
      waits.add(step.waits)
      calls.add(step.calls)
    }
    return .init(
      windowSeconds: 300, wait: FleetSnapshot.Percentiles(waits),
      call: FleetSnapshot.Percentiles(calls))
  }

  func spending(at now: UnixTime) -> (FleetSnapshot.Spend, FleetSnapshot.TokenUse) {
    var lately = Spending()
    for minute in spent.last(Self.minutes, at: now) { lately.add(minute) }
    return (
      .init(
        lastHour: lately.money(currencies), sinceStart: total.money(currencies), leftOut: unpriced),
      .init(lastHour: lately.tokens, sinceStart: total.tokens)
    )
  }
}

extension FleetSnapshot.Ended {
  fileprivate var order: Int { FleetWords.results.firstIndex(of: result) ?? .max }
}

extension FleetSnapshot.Percentiles {
  fileprivate init?(_ times: TimeHistogram) {
    guard let median = times.percentile(50), let slow = times.percentile(99) else { return nil }
    self.init(count: times.count, p50Ms: median, p99Ms: slow)
  }
}
