/// How long searches took, in milliseconds, failed ones included.
public struct LatencyFigures: Sendable, Hashable, Codable {
  /// A bar of the histogram: from its own edge up to the next one's, that not included.
  public struct Bin: Sendable, Hashable, Codable {
    public let fromMs: Double
    public let toMs: Double
    public let count: Int
  }

  public let p50: Double
  public let p95: Double
  public let p99: Double
  public let max: Double
  /// Edges are 0 and 1, 2 and 5 times the powers of ten; from the first bin that has any to the
  /// last, without a gap.
  public let histogram: [Bin]

  /// Nil of nothing.
  init?(milliseconds: [Double]) {
    let sorted = milliseconds.sorted()
    guard let largest = sorted.last else { return nil }
    p50 = Self.percentile(50, of: sorted)
    p95 = Self.percentile(95, of: sorted)
    p99 = Self.percentile(99, of: sorted)
    max = largest
    histogram = Self.histogram(of: sorted)
  }

  /// By the nearest rank: the least value that this percentage of all do not exceed.
  static func percentile(_ percentage: Int, of sorted: [Double]) -> Double {
    let rank = (sorted.count * percentage + 99) / 100
    return sorted[Swift.max(rank, 1) - 1]
  }

  private static func histogram(of sorted: [Double]) -> [Bin] {
    var bins: [Bin] = []
    var rest = sorted[...]
    for (from, to) in zip(edges, edges.dropFirst()) where !rest.isEmpty {
      let isLast = to == edges.last
      let count = isLast ? rest.count : rest.prefix { $0 < to }.count
      rest = rest.dropFirst(count)
      if count > 0 || !bins.isEmpty { bins.append(Bin(fromMs: from, toMs: to, count: count)) }
    }
    return bins
  }

  /// Up to 1,000 s; what took longer is in the last bin.
  private static let edges: [Double] = {
    let decades: [Double] = [1, 10, 100, 1_000, 10_000, 100_000]
    return [0] + decades.flatMap { [$0, 2 * $0, 5 * $0] } + [1_000_000]
  }()
}
