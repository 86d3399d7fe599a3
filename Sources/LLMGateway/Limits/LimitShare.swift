/// Which part of a deployment's limits this process may use.
///
/// Each part has one owner, so the parts' sum never exceeds the limits without anyone in the middle.
public enum LimitShare: Sendable, Hashable {
  /// This is the only process that uses the deployment.
  case all
  /// A part fixed by configuration, above 0 to 1; all processes' parts must add up to 1 at most.
  case fixed(Double)
  /// The partitions owned, out of all of the topic; numbers outside of `0..<of` do not count.
  case partitions(owned: Set<Int32>, of: Int32)

  /// The part, 0 to 1.
  public var fraction: Double {
    switch self {
    case .all: 1
    case .fixed(let part): part.isFinite ? min(max(part, 0), 1) : 0
    case .partitions(let owned, let count):
      count > 0 ? Double(owned.count { (0..<count).contains($0) }) / Double(count) : 0
    }
  }

  /// A number from 0 to 1 that differs between the owners of a fleet and is spread evenly over them.
  var phase: Double {
    guard case .partitions(let owned, _) = self, let first = owned.min() else { return 0 }
    return GoldenSequence.member(Int64(first))
  }
}

/// Multiples of the golden ratio without their whole part: any run of them is spread evenly.
enum GoldenSequence {
  static func member(_ index: Int64) -> Double {
    let product = Double(index) * 0.618_033_988_749_894_9
    return product - product.rounded(.down)
  }
}
