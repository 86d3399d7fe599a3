/// Money as it is written, `1.00`, and as it is counted, in millionths of the currency's unit. No step between
/// the two is floating point: a budget of 0.1 is exactly 100,000.
extension Quantity {
  static let microsPerUnit = 1_000_000

  /// A decimal number of 0 to 1,000,000,000 units with up to 6 decimals, in millionths; nothing for any other text.
  static func micros(_ text: String) -> Int? {
    guard let parts = text.wholeMatch(of: /([0-9]{1,10})(?:\.([0-9]{1,6}))?/),
      let units = Int(parts.output.1), units <= 1_000_000_000
    else { return nil }
    let decimals = parts.output.2.map(String.init) ?? ""
    let padded = decimals + String(repeating: "0", count: 6 - decimals.count)
    let micros = units * microsPerUnit + (Int(padded) ?? 0)
    return micros <= 1_000_000_000 * microsPerUnit ? micros : nil
  }

  /// Millionths as a decimal number with 6 decimals, such as `0.000125`.
  static func text(micros: UInt64) -> String {
    let decimals = String(micros % UInt64(microsPerUnit))
    return "\(micros / UInt64(microsPerUnit))."
      + String(repeating: "0", count: 6 - decimals.count) + decimals
  }
}
