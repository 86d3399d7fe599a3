/// When each of many pieces of work ended.
struct CompletionTimes {
  private let seconds: [Double]

  /// - Parameter seconds: on any one clock, in any order; only the earliest `count` are looked at.
  init(_ seconds: [Double], first count: Int) {
    self.seconds = Array(seconds.sorted().prefix(count))
  }

  /// Ends a second between the 10th and the 90th percentile: without the start and the tail.
  var rate: Double {
    let first = seconds.count / 10
    let last = seconds.count * 9 / 10
    return Double(last - first) / (seconds[last] - seconds[first])
  }
}
