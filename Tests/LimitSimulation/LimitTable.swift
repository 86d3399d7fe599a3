/// The rows of the proof.
public enum LimitTable {
  /// All of it; a minute or less in a release build.
  public static var all: [LimitRow] {
    let fleets = [(1, 12), (4, 12), (4, 48), (16, 64), (16, 256), (64, 64), (64, 256)]
    let binding = fleets.flatMap { fleet in
      [
        LimitRow(scenario: requests(fleet, perMinute: 6_000), bars: .full),
        LimitRow(scenario: tokens(fleet, perMinute: 3_750), bars: .full),
        LimitRow(scenario: both(fleet), bars: .none),
      ]
    }
    let halved = fleets.flatMap { fleet in
      [
        halving(requests(fleet, perMinute: 6_000)), halving(tokens(fleet, perMinute: 3_750)),
        halving(small(fleet), .smallHalving),
      ]
    }
    let skewed = [(4, 48), (64, 256)].flatMap { fleet in
      [zipf(requests(fleet, perMinute: 6_000)), zipf(tokens(fleet, perMinute: 3_750))]
    }
    return binding + smallRows + halved + skewed + others + [overrun]
  }

  /// What tests run in every build: the same with fewer calls.
  public static var quick: [LimitRow] {
    [
      LimitRow(scenario: tokens((64, 256), perMinute: 2_700), bars: .full),
      LimitRow(scenario: tokens((16, 64), perMinute: 1_500), bars: .full),
      LimitRow(scenario: tokens((4, 48), perMinute: 1_000), bars: .full),
      LimitRow(scenario: tokens((1, 12), perMinute: 600), bars: .full),
      LimitRow(scenario: requests((64, 256), perMinute: 1_000), bars: .full),
      LimitRow(scenario: requests((16, 64), perMinute: 1_000), bars: .full),
      LimitRow(scenario: requests((4, 12), perMinute: 1_000), bars: .full),
      LimitRow(scenario: requests((1, 12), perMinute: 1_000), bars: .full),
      halving(requests((1, 12), perMinute: 1_000)), halving(requests((16, 64), perMinute: 1_500)),
      halving(tokens((4, 48), perMinute: 1_500)), halving(small((64, 64)), .smallHalving), overrun,
    ] + smallRows
  }

  private static var smallRows: [LimitRow] {
    var tokens = FleetScenario(
      "60 a minute, tokens bind", workers: 64, partitions: 256, requestsPerMinute: 60,
      tokensPerMinute: 100_000, input: 2_000, output: 500)
    tokens.seed = 2
    var few = self.tokens((64, 256), perMinute: 600)
    few.name = "tokens bind, few calls"
    return [
      LimitRow(scenario: few, bars: .unrefused),
      LimitRow(scenario: small((64, 64)), bars: .small),
      LimitRow(scenario: small((64, 256)), bars: .small),
      LimitRow(scenario: tokens, bars: .none),
    ]
  }

  private static var others: [LimitRow] {
    [(1, 12), (16, 64)].map { fleet in
      var scenario = requests(fleet, perMinute: 6_000)
      scenario.name = "others use 30 % of the key"
      scenario.outside = 0.3
      return LimitRow(scenario: scenario, bars: .none)
    }
  }

  private static var overrun: LimitRow {
    var scenario = requests((4, 12), perMinute: 1_000)
    scenario.name = "told 2 % too much"
    scenario.believed = 1.02
    return LimitRow(scenario: scenario, bars: .overrun)
  }

  private static func requests(_ fleet: (Int, Int), perMinute: Int) -> FleetScenario {
    FleetScenario(
      "requests bind", workers: fleet.0, partitions: fleet.1, requestsPerMinute: perMinute,
      tokensPerMinute: perMinute * 1_000, input: 400, output: 200)
  }

  private static func tokens(_ fleet: (Int, Int), perMinute: Int) -> FleetScenario {
    FleetScenario(
      "tokens bind", workers: fleet.0, partitions: fleet.1,
      requestsPerMinute: perMinute * 8 / 5, tokensPerMinute: perMinute * 1_600, input: 1_200,
      output: 400)
  }

  private static func both(_ fleet: (Int, Int)) -> FleetScenario {
    FleetScenario(
      "both bind", workers: fleet.0, partitions: fleet.1, requestsPerMinute: 6_000,
      tokensPerMinute: 6_000_000, input: 700, output: 300)
  }

  private static func small(_ fleet: (Int, Int)) -> FleetScenario {
    FleetScenario(
      "60 a minute", workers: fleet.0, partitions: fleet.1, requestsPerMinute: 60,
      tokensPerMinute: 100_000, input: 900, output: 300)
  }

  private static func halving(
    _ scenario: FleetScenario, _ bars: LimitRow.Bars = .halving
  ) -> LimitRow {
    var scenario = scenario
    scenario.name += ", halved"
    scenario.unrestMinutes = 10
    scenario.calmMinutes = 0
    scenario.halvedAtMinute = 5
    return LimitRow(scenario: scenario, bars: bars)
  }

  private static func zipf(_ scenario: FleetScenario) -> LimitRow {
    var scenario = scenario
    scenario.name += ", Zipf arrivals of the limit's rate"
    scenario.arrivals = .zipf(load: 1)
    return LimitRow(scenario: scenario, bars: .none)
  }
}
