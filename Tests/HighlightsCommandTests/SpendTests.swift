import ArgumentParser
import Foundation
import HighlightsProtocol
import Testing

@testable import HighlightsCommand

@Suite("What searches cost")
struct SpendTests {
  private typealias Group = Spend.Group

  @Test("is counted by model, prompt version and lane")
  func groups() {
    var spend = Spend()
    spend.count(outcome("1", "m", "p1", "queries", attempts: 2, tokens: (100, 10, 5), cost: 30))
    spend.count(outcome("2", "m", "p1", "queries", attempts: 1, tokens: (50, 20, 0), cost: 12))
    spend.count(outcome("3", "m", "p2", "queries", attempts: 1, cost: 7))
    spend.count(outcome("4", "m", "p1", "backfill", attempts: 1, cost: 5))
    spend.count(outcome("5", "n", "p1", "queries", attempts: 1, cost: 3))
    let count = spend.groups[Group(model: "m", promptVersion: "p1", lane: "queries")]
    #expect(count?.searches == 2)
    #expect(count?.calls == 3)
    #expect(count?.inputTokens == 150)
    #expect(count?.outputTokens == 30)
    #expect(count?.wastedTokens == 5)
    #expect(count?.cost.micros == ["USD": 42])
    #expect(spend.groups.count == 4)
    #expect(spend.total.searches == 5)
    #expect(spend.total.cost.micros == ["USD": 57])
  }

  @Test("counts each search once and says what the others cost")
  func repeated() {
    var spend = Spend()
    for cost in [10, 20, 30] as [UInt64] {
      spend.count(outcome("1", "m", attempts: 1, cost: cost))
    }
    spend.count(outcome("", "m", attempts: 1, cost: 1))
    spend.count(outcome("", "m", attempts: 1, cost: 1))
    #expect(spend.total.searches == 3)
    #expect(spend.total.cost.micros == ["USD": 12])
    #expect(spend.repeated == 2)
    #expect(spend.repeatedCost.micros == ["USD": 50])
    let note = SpendReport(spend: spend).notes.first ?? ""
    #expect(note.hasPrefix("2 outcomes are of a search that is counted already"))
    #expect(note.contains("0.000050 USD"))
  }

  @Test("counts what a redriven search took, but no second search; a death told twice is repeated")
  func redriven() {
    func outcome(_ offset: Int64, _ result: Outcome.Result, cost: UInt64) -> Outcome {
      var outcome = self.outcome("1", "m", attempts: 1, cost: cost)
      (outcome.topic, outcome.offset, outcome.result) = ("search.queries", offset, result)
      return outcome
    }
    var spend = Spend()
    spend.count(outcome(5, .dead, cost: 10))
    spend.count(outcome(5, .dead, cost: 10))
    #expect(spend.redriven == 0 && spend.repeated == 1)
    spend.count(outcome(9, .dead, cost: 20))
    spend.count(outcome(12, .answered, cost: 30))
    #expect(spend.redriven == 2 && spend.repeated == 1)
    #expect(spend.total.searches == 1 && spend.total.calls == 3)
    #expect(spend.total.cost.micros == ["USD": 60])
    // It lives: another outcome is one too many.
    spend.count(outcome(14, .answered, cost: 1))
    #expect(spend.redriven == 2 && spend.repeated == 2)
    let notes = SpendReport(spend: spend).notes
    #expect(notes.contains { $0.hasPrefix("2 outcomes are of searches that had died") })
  }

  @Test("never adds one currency to another")
  func currencies() {
    var spend = Spend()
    spend.count(outcome("1", "m", attempts: 1, cost: 10))
    spend.count(outcome("2", "m", attempts: 1, cost: 20, "EUR"))
    spend.count(outcome("3", "n", attempts: 1, cost: 5, "EUR"))
    #expect(spend.total.cost.micros == ["USD": 10, "EUR": 25])
    #expect(spend.total.cost.text == "0.000025 EUR, 0.000010 USD")
  }

  @Test("saves the mean of the group's called searches for each that needed no call")
  func saved() {
    var spend = Spend()
    spend.count(outcome("1", "m", attempts: 1, cost: 10))
    spend.count(outcome("2", "m", attempts: 3, cost: 31))
    spend.count(outcome("3", "n", attempts: 1, cost: 1_000))
    for id in ["4", "5", "6"] { spend.count(outcome(id, "m", result: .unchanged)) }
    let saved = spend.saved(in: Group(model: "m", lane: "queries"))
    #expect(saved.micros == ["USD": 61])
    #expect(spend.saved.micros == ["USD": 61])
    #expect(spend.total.unchanged == 3)
  }

  @Test("saves the mean of all where a group has no called search of its own")
  func savedWithoutCalls() {
    var spend = Spend()
    spend.count(outcome("1", "m", attempts: 1, cost: 10))
    spend.count(outcome("2", "n", attempts: 1, cost: 30))
    spend.count(outcome("3", "", result: .unchanged))
    spend.count(outcome("4", "", result: .unchanged))
    #expect(spend.saved(in: Group(lane: "queries")).micros == ["USD": 40])
  }

  @Test("takes a search without videos for no called one, and one without a price for no mean")
  func unpriced() {
    var spend = Spend()
    spend.count(outcome("1", "m", attempts: 1, cost: 10))
    spend.count(outcome("2", "m", result: .noAnswer))
    spend.count(outcome("3", "m", attempts: 1))
    spend.count(outcome("4", "m", result: .unchanged))
    #expect(spend.saved.micros == ["USD": 10])
    #expect(spend.total.unpriced == 1)
    #expect(
      SpendReport(spend: spend).notes.contains { $0.hasPrefix("1 searches with calls have no") })
    var free = Spend()
    free.count(outcome("1", "m", attempts: 1, cost: 0, "USD"))
    #expect(free.total.unpriced == 0)
    #expect(free.total.cost.text == "0.000000 USD")
  }

  @Test("stops at the largest number, whatever stands in the topic")
  func overflow() {
    var spend = Spend()
    for id in ["1", "2"] { spend.count(outcome(id, "m", attempts: .max, cost: .max)) }
    for id in ["3", "4", "5"] { spend.count(outcome(id, "m", result: .unchanged)) }
    #expect(spend.total.cost.micros == ["USD": .max])
    #expect(spend.saved.micros == ["USD": .max])
  }

  @Test("is a table whose columns stand under their titles, with all together last")
  func table() {
    var spend = Spend()
    spend.count(outcome("1", "m", "0123456789abcdef", attempts: 1, tokens: (9, 8, 7), cost: 10))
    spend.count(outcome("2", "m\u{1B}[2J", "", "", attempts: 1))
    spend.count(outcome("3", "m", "0123456789abcdef", result: .unchanged))
    #expect(
      SpendReport(spend: spend).table == [
        "model  prompt        lane     searches  calls  tokens in  tokens out  wasted"
          + "          cost  unchanged         saved",
        "m      0123456789ab  queries         2      1          9           8       7"
          + "  0.000010 USD          1  0.000010 USD",
        "m [2J  -             -               1      1          0           0       0"
          + "             -          0             -",
        "all    -             -               3      2          9           8       7"
          + "  0.000010 USD          1  0.000010 USD",
      ])
    #expect(SpendReport(spend: Spend()).table.isEmpty)
  }

  @Test("is JSON with every number of the table and all of the prompt's version")
  func json() throws {
    var spend = Spend()
    spend.count(outcome("1", "m", "0123456789abcdef", attempts: 2, tokens: (9, 8, 7), cost: 10))
    spend.count(outcome("1", "m", attempts: 1, cost: 4))
    let figures = """
      "cost":[{"currency":"USD","micros":10}],"input_tokens":9
      """
    #expect(
      try SpendReport(spend: spend).json() == """
        {"groups":[{"calls":2,\(figures),"lane":"queries","model":"m","output_tokens":8,\
        "prompt_version":"0123456789abcdef","saved":[],"searches":1,"unchanged":0,"unpriced":0,\
        "wasted_tokens":7}],"repeated":{"cost":[{"currency":"USD","micros":4}],"outcomes":1},\
        "total":{"calls":2,\(figures),"output_tokens":8,"saved":[],"searches":1,"unchanged":0,\
        "unpriced":0,"wasted_tokens":7}}
        """)
    #expect(try SpendReport(spend: Spend()).json().hasPrefix("{\"groups\":[],"))
  }

  @Test(
    "is asked for since a duration ago, a date or a time",
    arguments: [
      ("24h", 1_700_000_000 - 86_400), ("30m", 1_700_000_000 - 1_800),
      ("2023-11-14", 1_699_920_000),
      ("2023-11-14T08:00:00Z", 1_699_948_800), ("2023-11-14T08:00:00+02:00", 1_699_941_600),
    ])
  func since(text: String, seconds: Int64) throws {
    let now = Date(timeIntervalSince1970: 1_700_000_000)
    let time = try SpendCommand.time(text, now: now)
    #expect(time == UnixTime(milliseconds: seconds * 1_000))
  }

  @Test("is asked for since nothing else", arguments: ["", "yesterday", "24", "2023-13-01", "-1h"])
  func wrongSince(text: String) {
    #expect(throws: ValidationError.self) { try SpendCommand.time(text) }
  }

  private func outcome(
    _ id: String, _ model: String, _ prompt: String = "", _ lane: String = "queries",
    result: Outcome.Result = .answered, attempts: UInt32 = 0,
    tokens: (UInt32, UInt32, UInt32) = (0, 0, 0), cost: UInt64? = nil, _ currency: String = "USD"
  ) -> Outcome {
    var outcome = Outcome()
    outcome.queryID = id
    outcome.model = model
    outcome.promptVersion = prompt
    outcome.lane = lane
    outcome.result = result
    outcome.usage.attempts = attempts
    (outcome.usage.inputTokens, outcome.usage.outputTokens, outcome.usage.wastedTokens) = tokens
    if let cost {
      outcome.usage.costMicros = cost
      outcome.usage.currency = currency
    }
    return outcome
  }
}
