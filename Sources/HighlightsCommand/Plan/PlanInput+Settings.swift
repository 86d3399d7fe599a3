import ArgumentParser
import CapacityPlan
import Foundation

/// What a plan is made of, and what of it nobody said.
struct PlanFigures {
  let input: PlanInput
  /// ISO 4217; empty where no price is known.
  let currency: String
  /// Figures that were taken for want of better ones, as `name value`.
  let assumed: [String]

  /// Flags count over measured figures, those over the configuration, and that over what is assumed.
  ///
  /// - Throws: `ValidationError` for a flag or a file that cannot be read, `ConfigurationError`, `PlanInputError`.
  init(
    _ demand: PlanDemandOptions, _ call: PlanCallOptions, _ fleet: PlanFleetOptions,
    _ settings: Settings
  ) throws {
    let measured = try fleet.figures()
    var guess = Guesses()
    let catalog = try settings.gateway.catalog()
    let name = try settings.gateway.model(in: catalog)
    let model = catalog?.model(named: name)
    func price(_ part: KeyPath<ModelCatalog.Price, Int>) -> Double? {
      model?.price.map { Double($0[keyPath: part]) / Double(Quantity.microsPerUnit) }
    }
    func limit(_ part: KeyPath<ModelCatalog.Limits, Int?>) -> Double? {
      model?.limits[keyPath: part].map(Double.init)
    }
    let highlights = settings.highlights
    let seconds = { (flag: String, text: String?) throws -> Double? in
      try text.map { try Self.seconds($0, flag) }
    }
    input = try PlanInput(
      demand: SearchDemand(
        searchesPerSecond: demand.searchesPerSecond, peakFactor: demand.peakFactor,
        skew: demand.skew(&guess), newKeyShare: demand.newKeys,
        freshFor: seconds("fresh-for", demand.freshFor) ?? highlights.freshFor / .seconds(1),
        noAnswerShare: guess.first("no-answer", demand.noAnswer, measured.noAnswerShare, else: 0),
        noAnswerFreshFor: seconds("no-answer-fresh-for", demand.noAnswerFreshFor)
          ?? highlights.noAnswerFreshFor / .seconds(1),
        changedShare: guess.first("changed", demand.changed, measured.changedShare, else: 1),
        expiresAfter: seconds("expires-after", demand.expiresAfter)
          ?? highlights.expiresAfter / .seconds(1)),
      call: call.profile(measured, &guess, price, seconds),
      limits: FleetLimits(
        requestsPerMinute: call.requestsPerMinute ?? limit(\.requestsPerMinute),
        tokensPerMinute: call.tokensPerMinute ?? limit(\.tokensPerMinute),
        inputTokensPerMinute: call.inputTokensPerMinute ?? limit(\.inputTokensPerMinute),
        outputTokensPerMinute: call.outputTokensPerMinute ?? limit(\.outputTokensPerMinute),
        burst: settings.limits.burst / .seconds(1)),
      worker: fleet.worker(settings.worker, measured, &guess, seconds),
      workers: fleet.workers, partitions: fleet.partitions, utilisation: fleet.utilisation,
      highlightBytes: guess.first(
        "highlight-bytes", fleet.highlightBytes, measured.highlightBytes, else: 2_000),
      monthlyBudget: call.budget ?? settings.budget.aMonth)
    currency =
      model?.price?.currency
      ?? (settings.budget.amountMicros == nil ? "" : settings.budget.currency)
    assumed = guess.made
  }

  /// - Throws: `ValidationError` for a text that is no duration.
  static func seconds(_ text: String, _ flag: String) throws -> Double {
    guard let duration = Duration(configured: text) else {
      throw ValidationError(
        "--\(flag) \(text): allowed: a duration such as 250ms, 30s, 5m, 24h or 7d")
    }
    return duration / .seconds(1)
  }

  /// Remembers what was taken for want of better.
  struct Guesses {
    private(set) var made: [String] = []

    mutating func first(
      _ name: String, _ flag: Double?, _ measured: Double?, else value: Double,
      _ text: String? = nil
    ) -> Double {
      if let known = flag ?? measured { return known }
      note(name, text ?? "\(value)")
      return value
    }

    mutating func note(_ name: String, _ value: String) { made.append("\(name) \(value)") }
  }
}

extension PlanDemandOptions {
  fileprivate func skew(_ guess: inout PlanFigures.Guesses) throws -> KeySkew {
    if let weights {
      guard zipf == nil, keys == nil else {
        throw ValidationError("--weights says how searches are spread: leave out --zipf and --keys")
      }
      return .weights(try WeightFile.read(weights))
    }
    let exponent = guess.first("zipf", zipf, nil, else: 1)
    if keys == nil { guess.note("keys", "1000000") }
    return .zipf(exponent: exponent, keys: keys ?? 1_000_000)
  }
}

extension PlanCallOptions {
  fileprivate func profile(
    _ measured: MeasuredFigures, _ guess: inout PlanFigures.Guesses,
    _ price: (KeyPath<ModelCatalog.Price, Int>) -> Double?,
    _ seconds: (String, String?) throws -> Double?
  ) throws -> CallProfile {
    let p50 = guess.first(
      "latency-p50", try seconds("latency-p50", latencyP50), measured.latencyP50, else: 1.5, "1.5s")
    // A flag for one of them leaves the other what it was told, not what was measured of another model.
    let p99 =
      try seconds("latency-p99", latencyP99) ?? (latencyP50 == nil ? measured.latencyP99 : p50)
    return try CallProfile(
      p50: p50,
      p99: guess.first("latency-p99", p99, nil, else: p50 * 4, "\(p50 * 4)s"),
      inputTokens: guess.first("tokens-in", tokensIn, measured.tokensIn, else: 2_500),
      outputTokens: guess.first("tokens-out", tokensOut, measured.tokensOut, else: 200),
      inputPrice: guess.first("price-in", priceIn, price(\.input), else: 0),
      outputPrice: guess.first("price-out", priceOut, price(\.output), else: 0))
  }
}

extension PlanFleetOptions {
  /// The figures of `--measured`; none without it.
  fileprivate func figures() throws -> MeasuredFigures {
    guard let measured else { return MeasuredFigures() }
    let data: Data
    do { data = try Data(contentsOf: URL(filePath: measured)) } catch {
      throw ValidationError("--measured \(measured): cannot be read: \(error.localizedDescription)")
    }
    do { return try MeasuredFigures(json: data) } catch {
      throw ValidationError("--measured \(measured): \(error)")
    }
  }

  /// What is assumed is what `Benchmarks/README.md` says of one machine.
  fileprivate func worker(
    _ settings: WorkerSettings, _ measured: MeasuredFigures, _ guess: inout PlanFigures.Guesses,
    _ seconds: (String, String?) throws -> Double?
  ) throws -> WorkerProfile {
    try WorkerProfile(
      inFlight: inFlight ?? settings.inFlight,
      inFlightPerPartition: inFlightPerPartition ?? inFlight ?? settings.inFlightPerPartition,
      bufferPerPartition: settings.bufferPerPartition, cores: cores,
      cpuPerThousandCalls: guess.first(
        "cpu-s-per-1000-calls", cpuPerThousandCalls, measured.cpuPerThousandCalls, else: 1),
      cpuPerThousandUnchanged: guess.first(
        "cpu-s-per-1000-unchanged", cpuPerThousandUnchanged, measured.cpuPerThousandUnchanged,
        else: 0.1),
      acknowledgement: guess.first(
        "acknowledgement", try seconds("acknowledgement", acknowledgement),
        measured.acknowledgement, else: 0.017, "17ms"),
      memory: guess.first("memory", memory, measured.memory, else: 300))
  }
}

extension BudgetSettings {
  /// Units of the currency for a month, whose days are 30.4375; nothing without a budget.
  fileprivate var aMonth: Double? {
    guard let amountMicros else { return nil }
    let periods =
      switch period {
      case .hour: 30.4375 * 24
      case .day: 30.4375
      case .month: 1.0
      }
    return Double(amountMicros) / Double(Quantity.microsPerUnit) * periods
  }
}
