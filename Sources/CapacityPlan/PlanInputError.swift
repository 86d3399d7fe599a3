/// A figure that a plan cannot be made of.
public struct PlanInputError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What it is, as the command's flag without dashes and the file of measured figures name it.
  public let name: String
  public let value: String
  public let allowed: String

  public init(name: String, value: String, allowed: String) {
    self.name = name
    self.value = value
    self.allowed = allowed
  }

  public var description: String { "\(name) is \(value); allowed: \(allowed)" }
}

extension Double {
  /// This number, if it is one of `range`.
  func checked(_ name: String, _ range: ClosedRange<Double>) throws(PlanInputError) -> Double {
    guard range.contains(self) else {
      throw PlanInputError(
        name: name, value: "\(self)",
        allowed: "\(range.lowerBound.plain) to \(range.upperBound.plain)")
    }
    return self
  }

  /// Without decimals where it has none.
  fileprivate var plain: String {
    self == rounded() && magnitude < 1e15 ? "\(Int64(self))" : "\(self)"
  }
}

extension Int {
  /// This number, if it is one of `range`.
  func checked(_ name: String, _ range: ClosedRange<Int>) throws(PlanInputError) -> Int {
    guard range.contains(self) else {
      throw PlanInputError(
        name: name, value: "\(self)", allowed: "\(range.lowerBound) to \(range.upperBound)")
    }
    return self
  }
}
