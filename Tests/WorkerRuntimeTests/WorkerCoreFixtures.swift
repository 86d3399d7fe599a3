import Testing
import WorkerRuntime

typealias Core = WorkerCore<Int>

func partition(_ number: Int32) -> TopicPartitionID {
  TopicPartitionID(topic: "queries", partition: number)
}

let start = ContinuousClock().now

/// A message whose payload is its offset.
func item(_ offset: Int64, key: String? = nil, of number: Int32 = 0) -> Core.Item {
  Core.Item(
    partition: partition(number), offset: offset, key: key.map { Array($0.utf8) },
    payload: Int(offset), receivedAt: start + .seconds(offset))
}

/// A core with partitions 0 and 1 assigned.
func makeCore(
  ordering: Ordering = .key, maxInFlight: Int = 100, perPartition: Int? = nil,
  pauseAbove: Int = 100, resumeAtOrBelow: Int = 50, maxBatch: Int = 1
) throws -> Core {
  var core = Core(
    configuration: try WorkerCoreConfiguration(
      ordering: ordering, maxInFlight: maxInFlight,
      maxInFlightPerPartition: perPartition ?? maxInFlight, pauseAbove: pauseAbove,
      resumeAtOrBelow: resumeAtOrBelow, maxBatch: maxBatch))
  core.assign([partition(0), partition(1)])
  return core
}

/// Nothing complete above it.
extension CommitPosition: ExpressibleByIntegerLiteral {
  public init(integerLiteral offset: Int64) { self.init(offset: offset) }
}

extension WorkerCore {
  /// The next job, of which there must be one.
  mutating func oneJob() throws -> Job {
    let job = nextJob()
    return try #require(job)
  }

  /// Every job that may run now.
  mutating func nextJobs() -> [Job] {
    var jobs: [Job] = []
    while let job = nextJob() { jobs.append(job) }
    return jobs
  }
}

extension WorkerCore.Job {
  var offsets: [Int64] { items.map(\.offset) }
}
