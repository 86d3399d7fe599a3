/// What calls took: tokens, and money by currency.
struct Spending: Sendable {
  /// Currencies told apart; what others cost is left out, and said to be.
  static let currencies = 8

  var input: Int64 = 0
  var output: Int64 = 0
  var wasted: Int64 = 0
  var calls: Int64 = 0
  /// Millionths, by the place of the currency.
  var micros = [Int64](repeating: 0, count: currencies)

  mutating func add(_ other: Spending) {
    input = FleetWords.sum(input, other.input)
    output = FleetWords.sum(output, other.output)
    wasted = FleetWords.sum(wasted, other.wasted)
    calls = FleetWords.sum(calls, other.calls)
    for place in micros.indices {
      micros[place] = FleetWords.sum(micros[place], other.micros[place])
    }
  }

  var tokens: FleetSnapshot.Tokens {
    .init(input: input, output: output, wasted: wasted, calls: calls)
  }

  func money(_ currencies: [String]) -> [FleetSnapshot.Money] {
    zip(currencies, micros).map { .init(currency: $0, micros: $1) }
      .sorted { $0.currency < $1.currency }
  }
}
