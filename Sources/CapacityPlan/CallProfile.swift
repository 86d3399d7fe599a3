import Foundation

/// What a call of the model takes.
public struct CallProfile: Sendable, Hashable {
  /// Seconds that half of the calls take at most; log-normal.
  public let medianLatency: Double
  /// The standard deviation of the latency's logarithm; 0 is the same for every call.
  public let sigma: Double
  /// Tokens of a call.
  public let inputTokens: Double
  public let outputTokens: Double
  /// Units of the currency for a million tokens.
  public let inputPrice: Double
  public let outputPrice: Double

  /// The standard normal distribution's 99th percentile.
  private static let z99 = 2.326_347_874_040_841

  /// - Throws: ``PlanInputError`` for the first wrong figure.
  public init(
    p50: Double, p99: Double? = nil, inputTokens: Double = 0, outputTokens: Double = 0,
    inputPrice: Double = 0, outputPrice: Double = 0
  ) throws(PlanInputError) {
    medianLatency = try p50.checked("latency-p50", 0.000_1...3_600)
    let p99 = try (p99 ?? p50).checked("latency-p99", 0.000_1...36_000)
    guard p99 >= p50 else {
      throw PlanInputError(name: "latency-p99", value: "\(p99)", allowed: "at least latency-p50")
    }
    sigma = log(p99 / p50) / Self.z99
    self.inputTokens = try inputTokens.checked("tokens-in", 0...1e7)
    self.outputTokens = try outputTokens.checked("tokens-out", 0...1e7)
    self.inputPrice = try inputPrice.checked("price-in", 0...1e6)
    self.outputPrice = try outputPrice.checked("price-out", 0...1e6)
  }

  /// Mean seconds of a call: `p50 · e^(σ²/2)`.
  public var meanLatency: Double { medianLatency * exp(sigma * sigma / 2) }

  /// Units of the currency for a call.
  public var cost: Double {
    (inputTokens * inputPrice + outputTokens * outputPrice) / 1_000_000
  }
}

/// What the provider allows the whole fleet in a minute; nil where it sets no limit.
public struct FleetLimits: Sendable, Hashable {
  public let requestsPerMinute: Double?
  public let tokensPerMinute: Double?
  public let inputTokensPerMinute: Double?
  public let outputTokensPerMinute: Double?
  /// The part of a limit that workers use: a window may hold a minute's share and what idle ones saved up.
  public let usable: Double

  /// - Parameter burst: Seconds that calls may run ahead of an even pace (`limits.burst`).
  /// - Throws: ``PlanInputError`` for the first wrong figure.
  public init(
    requestsPerMinute: Double? = nil, tokensPerMinute: Double? = nil,
    inputTokensPerMinute: Double? = nil, outputTokensPerMinute: Double? = nil, burst: Double = 0.3
  ) throws(PlanInputError) {
    self.requestsPerMinute = try Self.checked(requestsPerMinute, "requests-per-minute")
    self.tokensPerMinute = try Self.checked(tokensPerMinute, "tokens-per-minute")
    self.inputTokensPerMinute = try Self.checked(inputTokensPerMinute, "input-tokens-per-minute")
    self.outputTokensPerMinute = try Self.checked(outputTokensPerMinute, "output-tokens-per-minute")
    // What `RateLimiter` documents of itself.
    usable = 60 / (60 + (try burst.checked("burst", 0...60))) * 0.997
  }

  private static func checked(_ value: Double?, _ name: String) throws(PlanInputError) -> Double? {
    guard let value else { return nil }
    return try value.checked(name, 1...1e12)
  }

  /// Calls a second that the requests allow; infinite without a limit.
  func calls() -> Double { (requestsPerMinute ?? .infinity) / 60 * usable }

  /// Calls a second that the tokens allow.
  func calls(of profile: CallProfile) -> Double {
    let limits = [
      (tokensPerMinute, profile.inputTokens + profile.outputTokens),
      (inputTokensPerMinute, profile.inputTokens), (outputTokensPerMinute, profile.outputTokens),
    ]
    return limits.reduce(.infinity) { least, limit in
      guard let allowed = limit.0, limit.1 > 0 else { return least }
      return min(least, allowed / 60 * usable / limit.1)
    }
  }
}

/// What one worker process can do and what a search takes of it.
public struct WorkerProfile: Sendable, Hashable {
  /// Searches worked on at once (`worker.in_flight`), and of those from one partition.
  public let inFlight: Int
  public let inFlightPerPartition: Int
  /// Searches of a partition in memory (`worker.buffer_per_partition`).
  public let bufferPerPartition: Int
  /// Processors that a worker has.
  public let cores: Double
  /// Seconds of processor time for a search that is called for, and for one that is not.
  public let cpuPerCall: Double
  public let cpuPerUnchanged: Double
  /// Seconds until the brokers have acknowledged what is published. A search keeps its place in flight, and its key,
  /// for one of them when it ends unchanged, and for two when a highlight goes before its outcome.
  public let acknowledgement: Double
  /// Megabytes.
  public let memory: Double

  /// - Throws: ``PlanInputError`` for the first wrong figure.
  public init(
    inFlight: Int, inFlightPerPartition: Int? = nil, bufferPerPartition: Int = 1_000,
    cores: Double = 1,
    cpuPerThousandCalls: Double, cpuPerThousandUnchanged: Double, acknowledgement: Double,
    memory: Double = 300
  ) throws(PlanInputError) {
    self.inFlight = try inFlight.checked("in-flight", 1...1_000_000)
    self.inFlightPerPartition = try (inFlightPerPartition ?? inFlight).checked(
      "in-flight-per-partition", 1...1_000_000)
    self.bufferPerPartition = try bufferPerPartition.checked(
      "buffer-per-partition", 1...1_000_000)
    self.cores = try cores.checked("cores", 0.01...1_024)
    cpuPerCall =
      try cpuPerThousandCalls.checked("cpu-s-per-1000-calls", 0...10_000) / 1_000
    cpuPerUnchanged =
      try cpuPerThousandUnchanged.checked("cpu-s-per-1000-unchanged", 0...10_000) / 1_000
    self.acknowledgement = try acknowledgement.checked("acknowledgement", 0...60)
    self.memory = try memory.checked("memory", 0...1e6)
  }
}
