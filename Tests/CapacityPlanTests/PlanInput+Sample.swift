@testable import CapacityPlan

/// What a case differs in from a fleet that has more than enough of everything.
struct Sample {
  var searches = 300.0
  var peakFactor = 1.0
  var skew = KeySkew.zipf(exponent: 1, keys: 2_000)
  var newKeys = 0.0
  var freshFor = 60.0
  var noAnswer = 0.0
  var changed = 1.0
  var expiresAfter: Double?
  var latency = (p50: 0.5, p99: 1.5)
  var requests: Double?
  var tokens: Double?
  var inFlight = 1_000
  var inFlightPerPartition: Int?
  var buffer = 1_000
  var cores = 1.0
  var cpu = (calls: 0.0, unchanged: 0.0)
  var acknowledgement = 0.002
  var budget: Double?
  var workers: Int? = 4
  var partitions: Int? = 16

  func input() throws -> PlanInput {
    try PlanInput(
      demand: SearchDemand(
        searchesPerSecond: searches, peakFactor: peakFactor, skew: skew, newKeyShare: newKeys,
        freshFor: freshFor, noAnswerShare: noAnswer, noAnswerFreshFor: min(freshFor, 10),
        changedShare: changed, expiresAfter: expiresAfter ?? freshFor * 2),
      call: CallProfile(
        p50: latency.p50, p99: latency.p99, inputTokens: 800, outputTokens: 200, inputPrice: 1,
        outputPrice: 4),
      limits: FleetLimits(requestsPerMinute: requests, tokensPerMinute: tokens),
      worker: WorkerProfile(
        inFlight: inFlight, inFlightPerPartition: inFlightPerPartition, bufferPerPartition: buffer,
        cores: cores,
        cpuPerThousandCalls: cpu.calls, cpuPerThousandUnchanged: cpu.unchanged,
        acknowledgement: acknowledgement),
      workers: workers, partitions: partitions, monthlyBudget: budget)
  }

  func with(_ change: (inout Sample) -> Void) -> Sample {
    var sample = self
    change(&sample)
    return sample
  }
}

/// How far one number is from another, as a part of that.
func error(_ value: Double, _ expected: Double) -> Double { abs(value - expected) / expected }
