/// Numbers with a unit, as they are written in the configuration: `250ms`, `64MiB`.
enum Quantity {
  static let byteUnits = [("B", 1), ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30)]

  static func bytes(_ text: String) -> Int? { parse(text, units: byteUnits) }

  static func text(bytes: Int) -> String { self.text(bytes, units: byteUnits) }

  /// A whole number followed by one of the units, or nothing when it is neither or overflows.
  static func parse(_ text: String, units: [(name: String, size: Int)]) -> Int? {
    let digits = text.prefix { ("0"..."9").contains($0) }
    let unit = text.dropFirst(digits.count)
    guard let count = Int(digits), let size = units.first(where: { $0.name == unit })?.size else {
      return nil
    }
    let (product, overflow) = count.multipliedReportingOverflow(by: size)
    return overflow ? nil : product
  }

  /// In the largest unit that says it in whole numbers.
  static func text(_ count: Int, units: [(name: String, size: Int)]) -> String {
    let unit = units.last { count != 0 && count.isMultiple(of: $0.size) } ?? units[0]
    return "\(count / unit.size)\(unit.name)"
  }
}

extension Duration {
  private static let units = [
    ("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000),
  ]

  /// A whole number of ms, s, m, h or d.
  init?(configured text: String) {
    guard let milliseconds = Quantity.parse(text, units: Self.units) else { return nil }
    self = .milliseconds(milliseconds)
  }

  /// As it would be written in the configuration, to the millisecond.
  var configured: String {
    let (seconds, attoseconds) = components
    return Quantity.text(
      Int(seconds) * 1_000 + Int(attoseconds / 1_000_000_000_000_000), units: Self.units)
  }
}
