/// One line of the table: a scenario and what it must show.
public struct LimitRow: Sendable, CustomStringConvertible {
  public enum Bars: Sendable, Hashable {
    /// Ordinary limits: ≥ 99 % without and ≥ 97 % with rebalances, nothing refused.
    case full
    /// Limits so small that a worker sends less than a call a minute: ≥ 95 %, nothing refused.
    case small
    /// So few calls that a margin is kept for the tokens that workers have saved up: nothing refused;
    /// the use is reported only.
    case unrefused
    /// Refusals as many as were on their way and one a worker; ≥ 95 % in the second window after.
    case halving
    /// The same, with limits so small that most workers learn of it a minute later: the use is
    /// reported only.
    case smallHalving
    /// Something must be refused, else the simulation sees nothing.
    case overrun
    /// Reported, not judged.
    case none
  }

  public private(set) var scenario: FleetScenario
  public let bars: Bars

  public var description: String {
    "\(scenario.name), \(scenario.workers) workers, \(scenario.partitions) partitions"
  }

  public func with(seed: UInt64) -> LimitRow {
    var row = self
    row.scenario.seed = seed
    return row
  }

  /// Runs it; the text of what is missed comes with what was measured.
  public func run() throws -> (use: FleetUse, missed: [String]) {
    let use = try FleetSimulation.run(scenario)
    var missed: [String] = []
    func expect(_ isMet: Bool, _ text: String) { if !isMet { missed.append(text) } }
    switch bars {
    case .full:
      expect(use.calmUsed >= 0.99, "\(use.calmUsed) of the limit used without rebalances")
      expect(use.unrestUsed >= 0.97, "\(use.unrestUsed) of the limit used with rebalances")
      expect(use.refused == 0, "\(use.refused) refused")
    case .small:
      expect(use.calmUsed >= 0.95, "\(use.calmUsed) of the limit used without rebalances")
      expect(use.unrestUsed >= 0.95, "\(use.unrestUsed) of the limit used with rebalances")
      expect(use.refused == 0, "\(use.refused) refused")
    case .unrefused: expect(use.refused == 0, "\(use.refused) refused")
    case .halving, .smallHalving:
      expect(use.refused > 0, "the gateway refused nothing, so nothing was halved")
      expect(
        use.refused <= use.allowedRefusals,
        "\(use.refused) refused, \(use.allowedRefusals) allowed")
      if case .halving = bars {
        expect(use.usedAfterHalving >= 0.95, "\(use.usedAfterHalving) used after halving")
      }
    case .overrun: expect(use.refused > 0, "limits were overrun and nothing was refused")
    case .none: break
    }
    return (use, missed)
  }
}

extension FleetUse {
  public static let tableHead = """
    | workers | partitions | requests/min | tokens/min | tokens a call | what | used, calm % | \
    lowest window % | used, rebalances % | 429s | allowed | after halving % |
    |---|---|---|---|---|---|---|---|---|---|---|---|
    """

  /// Its line in the table.
  public var tableLine: String {
    let isHalved = scenario.halvedAtMinute != nil
    let cells = [
      "\(scenario.workers)", "\(scenario.partitions)", "\(scenario.requestsPerMinute)",
      "\(scenario.tokensPerMinute)", "\(scenario.input) + \(scenario.output)", scenario.name,
      isHalved ? "" : percent(calmUsed), isHalved ? "" : percent(lowestCalmUsed),
      isHalved ? "" : percent(unrestUsed), "\(refused)", isHalved ? "\(allowedRefusals)" : "",
      isHalved ? percent(usedAfterHalving) : "",
    ]
    return "| " + cells.joined(separator: " | ") + " |"
  }

  private func percent(_ part: Double) -> String {
    "\((part * 10_000).rounded() / 100)"
  }
}
