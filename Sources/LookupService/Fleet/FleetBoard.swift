import HighlightsProtocol

/// Everything that is heard of a fleet, as one value that can say at any moment how the fleet is.
///
/// A pure value: time is given. Its size is bounded, whatever comes in.
public struct FleetBoard: Sendable {
  private let queries: String
  private let started: UnixTime
  private var tally: OutcomeTally
  private var table = WorkerTable()
  private var deadLetters: [String: Int64] = [:]
  private var sources: [FleetSource: SourceState] = [:]

  private struct SourceState: Sendable {
    var asOf: UnixTime?
    var unknownSince: UnixTime?
    var error: String?
  }

  /// Topics of dead letters that are shown.
  private static let mostTopics = 64

  /// - Parameter queries: The topic of new searches: its partitions are what workers share.
  public init(queries: String, at now: UnixTime) {
    self.queries = FleetWords.name(queries)
    started = now
    tally = OutcomeTally(at: now)
  }

  /// Takes the end of a search.
  public mutating func take(_ outcome: Outcome, at now: UnixTime) {
    heard(.outcomes, at: now)
    tally.take(outcome, at: now)
  }

  /// Takes what a worker says of itself.
  public mutating func take(_ status: WorkerStatus, at now: UnixTime) {
    heard(.workers, at: now)
    table.take(status, at: now)
  }

  /// Takes how far groups have come, in place of what was known.
  public mutating func take(lags: [FleetLag], at now: UnixTime) {
    heard(.lags, at: now)
    table.take(lags, at: now)
  }

  /// Takes how many messages the topics of dead letters hold, in place of what was known.
  public mutating func take(deadLetters: [String: Int64], at now: UnixTime) {
    heard(.deadLetters, at: now)
    self.deadLetters = [:]
    for (topic, count) in deadLetters.sorted(by: { $0.key < $1.key }).prefix(Self.mostTopics) {
      self.deadLetters[FleetWords.name(topic)] = FleetWords.units(count)
    }
  }

  /// Takes that a source cannot be asked; what it said last stays until it is too old.
  public mutating func fail(_ source: FleetSource, _ error: String, at now: UnixTime) {
    var state = sources[source] ?? SourceState()
    state.unknownSince = state.unknownSince ?? now
    state.error = FleetWords.bounded(error, to: 300)
    sources[source] = state
  }

  private mutating func heard(_ source: FleetSource, at now: UnixTime) {
    sources[source] = SourceState(asOf: now)
  }

  // MARK: Figures

  public func snapshot(at now: UnixTime) -> FleetSnapshot {
    let outcomes = tally.outcomes(at: now)
    let (spend, tokens) = tally.spending(at: now)
    let workers = table.workers(at: now)
    let partitions = table.partitions(at: now)
    let shared = partitions.count { $0.topic == queries }
    return FleetSnapshot(
      at: now.description, listeningSince: started.description,
      throughput: tally.throughput(at: now), outcomes: outcomes, times: tally.times(at: now),
      spend: spend, tokens: tokens, workers: workers, partitions: partitions,
      deadLetters: .init(
        reasons: outcomes.filter { $0.result == FleetWords.word(.dead) },
        topics: deadLetters.sorted { $0.key < $1.key }.map { .init(topic: $0.key, count: $0.value) }
      ),
      advice: FleetAdvice.of(
        workers.filter { $0.state == "here" && $0.role != "cache" },
        partitions: shared > 0 ? shared : nil),
      sources: FleetSource.allCases.map { source in
        let state = sources[source]
        return .init(
          source: source, asOf: state?.asOf?.description,
          unknownSince: state?.unknownSince?.description, error: state?.error)
      },
      leftOut: table.leftOut)
  }
}
