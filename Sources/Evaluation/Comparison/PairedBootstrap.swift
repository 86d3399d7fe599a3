/// Intervals for the difference of two means over the same searches.
///
/// Each resample draws as many searches as there are, with replacement, and takes both runs' values
/// of each: what makes a search hard is hard for both, and cancels out.
struct PairedBootstrap {
  /// One search's values in both runs; nil where a run has none for it.
  struct Pair: Sendable, Hashable {
    var before: Double?
    var after: Double?
  }

  let resamples: Int
  let seed: UInt64

  /// The means and the 95 % percentile interval of mean(after) − mean(before), for each list of
  /// pairs; all lists are over the same searches in the same order, and are resampled alike.
  ///
  /// A mean is over the values there are; a resample that leaves one run without any is not counted.
  func intervals(of lists: [[Pair]]) -> [Difference?] {
    let count = lists.first?.count ?? 0
    guard count > 0 else { return lists.map { _ in nil } }
    var random = SplitMix64(seed: seed)
    var drawn = [Int](repeating: 0, count: count)
    var differences: [[Double]] = lists.map { _ in [] }
    for _ in 0..<resamples {
      for position in drawn.indices { drawn[position] = random.below(count) }
      for (list, pairs) in lists.enumerated() {
        let means = Means(of: drawn.lazy.map { pairs[$0] })
        if let difference = means.difference { differences[list].append(difference) }
      }
    }
    return zip(lists, differences).map { pairs, differences in
      let means = Means(of: pairs)
      guard let before = means.before, let after = means.after, !differences.isEmpty else {
        return nil
      }
      let sorted = differences.sorted()
      return Difference(
        before: before, after: after, lower: Self.quantile(25, of: sorted),
        upper: Self.quantile(975, of: sorted))
    }
  }

  /// By the nearest rank, in thousandths.
  private static func quantile(_ thousandths: Int, of sorted: [Double]) -> Double {
    sorted[max((sorted.count * thousandths + 999) / 1_000, 1) - 1]
  }

  private struct Means {
    var before: Double?
    var after: Double?
    var difference: Double? { if let before, let after { after - before } else { nil } }

    init(of pairs: some Sequence<Pair>) {
      var sums = (before: 0.0, after: 0.0)
      var counts = (before: 0, after: 0)
      for pair in pairs {
        if let value = pair.before {
          (sums.before, counts.before) = (sums.before + value, counts.before + 1)
        }
        if let value = pair.after {
          (sums.after, counts.after) = (sums.after + value, counts.after + 1)
        }
      }
      if counts.before > 0 { before = sums.before / Double(counts.before) }
      if counts.after > 0 { after = sums.after / Double(counts.after) }
    }
  }
}

/// Two means, and where their difference lies with 95 % confidence.
public struct Difference: Sendable, Hashable, Codable {
  public let before: Double
  public let after: Double
  /// The bounds of after − before.
  public let lower: Double
  public let upper: Double

  public var value: Double { after - before }
}
