/// What is done in a second, of one partition, one worker or the fleet.
struct Work: Sendable, Hashable {
  var searches = 0.0
  /// Searches that end in a call.
  var calls = 0.0
  /// Searches that find the same evidence as before: published again without a call.
  var republished = 0.0

  static func += (sum: inout Work, part: Work) {
    sum.searches += part.searches
    sum.calls += part.calls
    sum.republished += part.republished
  }

  /// Places in flight that it keeps taken, on average.
  func places(_ call: CallProfile, _ worker: WorkerProfile) -> Double {
    let acknowledgement = worker.acknowledgement
    let unchanged = worker.cpuPerUnchanged + acknowledgement
    return calls * (call.meanLatency + worker.cpuPerCall + 2 * acknowledgement)
      + republished * (unchanged + acknowledgement)
      + (searches - calls - republished) * unchanged
  }

  /// Processors that it keeps busy, on average.
  func processors(_ worker: WorkerProfile) -> Double {
    calls * worker.cpuPerCall + (searches - calls) * worker.cpuPerUnchanged
  }
}

/// The keys of one partition.
struct PartitionKeys: Sendable {
  /// Keys that are searched for equally often: the part of the fleet's searches each has, and how many they are.
  private(set) var keys: [(share: Double, count: Double)] = []
  /// The part of the fleet's known searches that this partition has.
  private(set) var share = 0.0
  /// Of that, its most searched key's.
  private(set) var heaviest = 0.0

  mutating func add(share: Double, count: Double) {
    keys.append((share, count))
    self.share += share * count
    heaviest = max(heaviest, share)
  }
}
