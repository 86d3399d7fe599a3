/// What a model charges, in millionths of a currency for a million tokens.
public struct TokenPrice: Sendable, Hashable {
  public let input: Int
  public let output: Int
  /// ISO 4217.
  public let currency: String

  public init(input: Int, output: Int, currency: String) {
    precondition(input >= 0 && output >= 0, "a price below zero")
    self.input = input
    self.output = output
    self.currency = currency
  }

  /// What tokens cost, rounded up to a whole micro-unit: what is accounted for is never below the bill.
  public func cost(of usage: TokenUsage) -> Int {
    let (whole, rest) = (usage.input * input + usage.output * output)
      .quotientAndRemainder(dividingBy: 1_000_000)
    return whole + (rest > 0 ? 1 : 0)
  }
}

/// What calls cost, in millionths of a currency.
public struct Cost: Sendable, Hashable {
  public let micros: Int
  /// ISO 4217.
  public let currency: String

  public init(micros: Int, currency: String) {
    self.micros = micros
    self.currency = currency
  }
}
