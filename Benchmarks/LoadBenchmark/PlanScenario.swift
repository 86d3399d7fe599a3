import BenchmarkSupport
import CapacityPlan
import Foundation

/// Whether `highlights plan` is right: it is calibrated on some runs of real workers and predicts others, in which the
/// places in flight, the requests a minute, or the processor bind.
///
/// The workers have one processor and everything else another, so that what a worker takes is its own.
struct PlanScenario {
  /// What the calibration found; what `--measured` takes.
  private var figures = MeasuredFigures()

  /// Places in flight that do not bind before the processor does.
  private static let plenty = 500

  /// Calibrates, predicts, and compares, in about four minutes.
  mutating func run() async throws -> [Figure] {
    try Processors.keepThisProcess(on: 1)
    try FileLimit.raise(toHold: 2 * Self.plenty)
    try await calibrate()
    print("measured figures:\n\(figures.json())")
    let inFlight = try await error(
      PlanRun(name: "in flight binds", workers: 3, inFlight: 20, latency: 0.7))
    let requests = try await error(
      PlanRun(
        name: "requests bind", workers: 2, inFlight: 60, latency: 0.5, requestsPerMinute: 1_200))
    let busy = PlanRun(
      name: "the processor binds", workers: 1, inFlight: Self.plenty, latency: 0.15, newShare: 0.5)
    guard try prediction(busy).processorsUsed > 0.99 else {
      throw BenchmarkError("the plan has places bind where the processor is to: too few of them")
    }
    let processor = try await error(busy)
    return [
      Figure("plan_error_in_flight", inFlight, .atMost(0.05)),
      Figure("plan_error_requests", requests, .atMost(0.05)),
      Figure("plan_error_cpu", processor, .atMost(0.1)),
      Figure("plan_error_max", max(inFlight, requests, processor), .atMost(0.1)),
    ]
  }

  // MARK: Calibrating

  /// Three runs, none of which is predicted: two of a busy processor, with few calls and more, and one short of places.
  ///
  /// Both costs come from mixes, on either side of the one that is predicted, as they do not quite add up: what either
  /// takes depends a little on how much there is of the other.
  private mutating func calibrate() async throws {
    let few = try await PlanRun(
      name: "calibrating: a tenth called for", workers: 1, inFlight: Self.plenty, latency: 0.1,
      newShare: 0.1
    ).measure()
    let more = try await PlanRun(
      name: "calibrating: most called for", workers: 1, inFlight: Self.plenty, latency: 0.1,
      newShare: 0.7
    ).measure()
    // Two runs, two unknowns: the processor time is calls × a call's + unchanged × an unchanged one's.
    let (fewUnchanged, moreUnchanged) = (few.searches - few.calls, more.searches - more.calls)
    let determinant = few.calls * moreUnchanged - more.calls * fewUnchanged
    let cpuPerCall =
      (few.cpuSeconds * moreUnchanged - more.cpuSeconds * fewUnchanged) / determinant
    figures.cpuPerThousandCalls = cpuPerCall * 1_000
    figures.cpuPerThousandUnchanged =
      (few.calls * more.cpuSeconds - more.calls * few.cpuSeconds) / determinant * 1_000
    figures.memory = max(few.megabytes, more.megabytes)
    let waiting = PlanRun(name: "calibrating: places", workers: 2, inFlight: 40, latency: 0.4)
    let places = try await waiting.measure()
    // A search keeps its place for the gateway's time, its processor time and two acknowledgements.
    let place = Double(waiting.workers * waiting.inFlight) / places.searches
    figures.acknowledgement = max(0, place - waiting.latency - cpuPerCall) / 2
  }

  // MARK: Predicting

  /// How far the prediction is from the run, as a part of that: of searches or of calls, whichever is worse.
  private func error(_ run: PlanRun) async throws -> Double {
    let predicted = try prediction(run)
    let measured = try await run.measure()
    let errors = [
      abs(predicted.searches - measured.searches) / measured.searches,
      abs(predicted.calls - measured.calls) / measured.calls,
    ]
    print(
      String(
        format: "  predicted %.1f searches/s and %.1f calls/s: off by %.1f and %.1f %%",
        predicted.searches, predicted.calls, errors[0] * 100, errors[1] * 100))
    return errors.max() ?? .infinity
  }

  private func prediction(_ run: PlanRun) throws -> Prediction {
    let input = try PlanInput(
      // More than any of them does, and known keys that stay fresh.
      demand: SearchDemand(
        searchesPerSecond: 100_000, skew: .zipf(exponent: 0, keys: 10_000),
        newKeyShare: run.newShare, freshFor: 3e7),
      call: CallProfile(p50: run.latency),
      limits: FleetLimits(requestsPerMinute: run.requestsPerMinute.map(Double.init)),
      worker: WorkerProfile(
        inFlight: run.inFlight, cores: 1,
        cpuPerThousandCalls: figures.cpuPerThousandCalls ?? .nan,
        cpuPerThousandUnchanged: figures.cpuPerThousandUnchanged ?? .nan,
        acknowledgement: figures.acknowledgement ?? .nan))
    return FleetModel(input, workers: run.workers, partitions: Int(PlanFleet.partitions))
      .prediction(at: input.demand.peak)
  }
}
