import Testing

@testable import HighlightsCommand

@Suite("A budget")
struct BudgetSettingsTests {
  @Test(
    "is exact to the millionth",
    arguments: [
      ("1.00", 1_000_000), ("1", 1_000_000), ("0.1", 100_000), ("0.000001", 1),
      ("19.99", 19_990_000),
      ("0.30", 300_000), ("1000000000", 1_000_000_000_000_000), ("007.5", 7_500_000),
    ])
  func micros(text: String, micros: Int) {
    #expect(Quantity.micros(text) == micros)
  }

  @Test(
    "is no other text than a decimal number",
    arguments: [
      "-1", "+1", "1e3", "1,00", ".5", "1.", "1.0000001", " 1", "1 USD", "nan", "0x1", "١",
      "1000000000.000001", "99999999999999999999",
    ])
  func noAmount(text: String) {
    #expect(Quantity.micros(text) == nil)
    let error = #expect(throws: ConfigurationError.self) {
      try load([("budget.amount", text), ("gateway.models_file", "/m")])
    }
    #expect(error?.description.hasPrefix("budget.amount is \"\(text)\" (--set); allowed: ") == true)
  }

  @Test("of nothing is refused: an empty text is no budget")
  func zero() throws {
    #expect(throws: ConfigurationError.self) {
      try load([("budget.amount", "0.00"), ("gateway.models_file", "/m")])
    }
    #expect(try load([]).budget.amountMicros == nil)
  }

  @Test(
    "is written as it is read, with all decimals",
    arguments: [0, 1, 100_000, 1_000_000, 12_345_678])
  func text(micros: Int) {
    #expect(Quantity.micros(Quantity.text(micros: UInt64(micros))) == micros)
    #expect(Quantity.text(micros: 12_345_678) == "12.345678")
    #expect(Quantity.text(micros: 1) == "0.000001")
  }

  @Test("is a day's, with warnings at 80 and without backfill from 95 percent on")
  func defaults() throws {
    let plan = try plan([("budget.amount", "1.00")])
    #expect(
      plan.budget
        == .init(
          amountMicros: 1_000_000, currency: "USD", period: .day, warnAt: 80, backfillUntil: 95,
          block: 5))
    #expect(try self.plan([]).budget == nil)
  }

  @Test("takes what is set")
  func values() throws {
    let plan = try plan([
      ("budget.amount", "2.5"), ("budget.currency", "EUR"), ("budget.period", "month"),
      ("budget.warn_at", "50"), ("budget.backfill_until", "0"), ("budget.block", "100"),
      ("gateway.model", "euros"),
    ])
    #expect(
      plan.budget
        == .init(
          amountMicros: 2_500_000, currency: "EUR", period: .month, warnAt: 50, backfillUntil: 0,
          block: 100))
  }

  @Test("needs a price of the model that is called")
  func noPrice() throws {
    let description = refusal([("budget.amount", "1.00"), ("gateway.model", "free")])
    #expect(description.hasPrefix("budget.amount is \"1.000000\", but "))
    #expect(description.hasSuffix(" has no price of free (models[2].price)."))
  }

  @Test("needs a price of every fallback")
  func noFallbackPrice() throws {
    let description = refusal(
      [("budget.amount", "1.00")],
      fallbacks: "[{name: b, base_url: \"http://b/v1\", model: free, provider: p}]")
    #expect(description.hasSuffix(" has no price of free (models[2].price)."))
  }

  @Test("is in the currency of every price")
  func currencies() throws {
    let euros = refusal([("budget.amount", "1.00"), ("gateway.model", "euros")])
    #expect(euros.hasPrefix("budget.currency is \"USD\", but "))
    #expect(euros.hasSuffix(" has the price of euros in EUR (models[1].price.currency)."))
    let mixed = refusal(
      [("budget.amount", "1.00")],
      fallbacks: "[{name: b, base_url: \"http://b/v1\", model: euros, provider: p}]")
    #expect(
      mixed == euros.replacing(/but [^ ]+/, with: mixed.firstMatch(of: /but [^ ]+/)?.output ?? ""))
  }

  @Test(
    "is in a currency, for a period, with percents",
    arguments: [
      ("budget.currency", "Dollar", "an ISO 4217 code"),
      ("budget.currency", "", "an ISO 4217 code"),
      ("budget.period", "week", "hour, day, month"), ("budget.warn_at", "0", "from 1 to 100"),
      ("budget.backfill_until", "101", "from 0 to 100"), ("budget.block", "0", "from 1 to 100"),
      ("limits.share", "half", "partitions, fixed, all"),
      ("limits.fixed_share", "0", "from 1 to 100"), ("limits.burst", "99ms", "from 100ms to 5s"),
      ("limits.interactive_floor", "101", "from 0 to 100"),
    ])
  func wrongValues(key: String, value: String, allowed: String) {
    let error = #expect(throws: ConfigurationError.self) { try load([(key, value)]) }
    let description = error?.description ?? ""
    #expect(description.hasPrefix("\(key) is \"\(value)\" (--set); allowed: "))
    #expect(description.contains(allowed), "\(description)")
  }

  @Test("stands beside limits, by default a share of each by partitions")
  func limits() throws {
    let limits = try load([]).limits
    #expect(limits.share == .partitions)
    #expect(limits.burst == .milliseconds(300))
    #expect(limits.interactiveFloor == 90)
    #expect(
      try load([("limits.share", "fixed"), ("limits.fixed_share", "25")]).limits.fixedShare == 25)
  }

  private func load(_ overrides: [(String, String)]) throws -> Settings {
    try LoadedConfiguration(overrides: overrides, environment: [:]).settings
  }

  private func plan(
    _ overrides: [(String, String)], fallbacks: String = "[]"
  ) throws -> GatewayPlan {
    try withFile(GatewayPlanTests.models + "\nfallbacks: \(fallbacks)\n") { path in
      try load([("gateway.models_file", path)] + overrides)
        .gatewayPlan(baseURL: "http://g/v1", environment: [:])
    }
  }

  private func refusal(_ overrides: [(String, String)], fallbacks: String = "[]") -> String {
    let error = #expect(throws: ConfigurationError.self) {
      try plan(overrides, fallbacks: fallbacks)
    }
    return error?.description ?? ""
  }
}
