import ArgumentParser
import CapacityPlan

/// `highlights plan`: how many workers it takes, what it costs, what gives way first.
struct PlanCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Computes workers, partitions, store and spend for a target, and names what binds.",
    discussion: """
      Limits, prices, freshness and places in flight are the configuration's unless flags say \
      otherwise; --measured has the figures of a fleet that runs. What nobody said is assumed, and \
      named on standard error. Deploy/CAPACITY.md has the formulae; --simulate runs the same fleet \
      event by event beside them. It exits with 0 whether or not the target is met.
      """)

  @OptionGroup(title: "What is searched for") var demand: PlanDemandOptions
  @OptionGroup(title: "Calls") var call: PlanCallOptions
  @OptionGroup(title: "The fleet") var fleet: PlanFleetOptions

  @Flag(help: "Simulate the same fleet at the busiest time.")
  var simulate = false

  @Option(help: "Seconds that are simulated, after a sixth as many that are not measured.")
  var simulatedSeconds = 60.0

  @Option(help: "Another seed is another simulation.")
  var seed: UInt64 = 1

  @Flag(help: "Print one JSON object.")
  var json = false

  @OptionGroup var common: CommonOptions

  func run() async throws {
    let settings = try common.settings()
    let report: PlanReport
    do { report = try self.report(settings) } catch let error as PlanInputError {
      throw ValidationError("--\(error)")
    }
    (json ? [try report.json()] : report.lines).forEach(Output.line)
  }

  /// The plan, and what is to be said about it on standard error.
  ///
  /// - Throws: `PlanInputError` for a figure that cannot be, `ValidationError`, `ConfigurationError`.
  func report(_ settings: Settings) throws -> PlanReport {
    let figures = try PlanFigures(demand, call, fleet, settings)
    if !figures.assumed.isEmpty {
      Talk.say("assumed, as nobody said: \(figures.assumed.joined(separator: ", "))")
    }
    let plan = Plan(figures.input)
    if plan.workers > plan.partitions {
      Talk.say(
        "\(plan.workers - plan.partitions) workers are idle: a partition has one worker, and there "
          + "are \(plan.partitions)")
    }
    if settings.limits.share != .partitions {
      Talk.say(
        "limits.share is \(settings.limits.share.rawValue); the plan has workers share by partitions"
      )
    }
    let simulated = try simulate ? self.simulated(figures.input, plan) : nil
    if let calls = simulated?.calls, calls * simulatedSeconds < Self.enoughCalls {
      Talk.say(
        "the simulation made \(Int((calls * simulatedSeconds).rounded())) calls, too few to compare: "
          + "--simulated-seconds \(Int(simulatedSeconds) * 100) makes more of them")
    }
    return PlanReport(plan: plan, currency: figures.currency, simulated: simulated)
  }

  /// Their number varies by chance by a twentieth.
  private static let enoughCalls = 400.0

  private func simulated(
    _ input: PlanInput, _ plan: Plan
  ) throws(PlanInputError) -> PlanSimulation.Result {
    try PlanSimulation(
      input, workers: plan.workers, partitions: plan.partitions, warmUp: simulatedSeconds / 6,
      length: simulatedSeconds, seed: seed
    ).run()
  }
}
