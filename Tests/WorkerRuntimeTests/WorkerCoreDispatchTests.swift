import Testing

@testable import WorkerRuntime

@Suite("Worker core: dispatch")
struct WorkerCoreDispatchTests {
  @Test("messages of one key run one at a time in order, other keys beside them")
  func keyOrdering() throws {
    var core = try makeCore(ordering: .key)
    _ = core.receive([item(0, key: "a"), item(1, key: "a"), item(2, key: "b"), item(3, key: "a")])
    let first = core.nextJobs()
    #expect(first.map(\.offsets) == [[0], [2]])
    _ = core.complete(first[1])
    #expect(core.nextJob() == nil)
    _ = core.complete(first[0])
    #expect(core.nextJobs().map(\.offsets) == [[1]])
  }

  @Test("messages without a key order with nothing, an empty key is a key")
  func nilKeys() throws {
    var core = try makeCore(ordering: .key)
    _ = core.receive([item(0), item(1), item(2, key: ""), item(3, key: "")])
    #expect(core.nextJobs().map(\.offsets) == [[0], [1], [2]])
  }

  @Test("equal keys of different partitions do not wait for each other")
  func keysOfPartitions() throws {
    var core = try makeCore(ordering: .key)
    _ = core.receive([item(0, key: "a", of: 0), item(0, key: "a", of: 1)])
    #expect(core.nextJobs().count == 2)
  }

  @Test("the next message of a busy key runs before younger messages")
  func oldestFirst() throws {
    var core = try makeCore(ordering: .key, maxInFlight: 1)
    _ = core.receive([item(0, key: "a"), item(1, key: "a"), item(2, key: "b"), item(3)])
    var order: [Int64] = []
    while let job = core.nextJob() {
      order += job.offsets
      _ = core.complete(job)
    }
    #expect(order == [0, 1, 2, 3])
  }

  @Test("with partition ordering one job runs, of consecutive messages up to the batch")
  func partitionOrdering() throws {
    var core = try makeCore(ordering: .partition, maxBatch: 3)
    _ = core.receive([2, 4, 5, 9, 10].map { item($0) })
    let job = try core.oneJob()
    #expect(job.offsets == [2, 4, 5])
    #expect(core.nextJob() == nil)
    _ = core.complete(job)
    #expect(core.nextJobs().map(\.offsets) == [[9, 10]])
  }

  @Test("without ordering everything runs side by side")
  func noOrdering() throws {
    var core = try makeCore(ordering: .none)
    _ = core.receive([item(0, key: "a"), item(1, key: "a"), item(2, key: "a")])
    #expect(core.nextJobs().map(\.offsets) == [[0], [1], [2]])
  }

  @Test("partitions take turns")
  func fairness() throws {
    var core = try makeCore(ordering: .none)
    _ = core.receive((0..<4).map { item($0, of: 0) })
    _ = core.receive((0..<2).map { item($0, of: 1) })
    #expect(core.nextJobs().map(\.partition.partition) == [0, 1, 0, 1, 0, 0])
  }

  @Test("a lane has its share of the jobs for as long as both have work, whatever runs at a time")
  func laneShare() throws {
    let lane = WorkerCoreConfiguration.Lane(topics: ["backfill"], share: 25)
    var core = Core(
      configuration: try WorkerCoreConfiguration(
        ordering: .key, maxInFlight: 2, maxInFlightPerPartition: 2, pauseAbove: 1_000,
        resumeAtOrBelow: 500, lanes: [lane]))
    let partitions = (0..<4).flatMap { number in
      ["queries", "backfill"].map { TopicPartitionID(topic: $0, partition: number) }
    }
    core.assign(partitions)
    for partition in partitions {
      _ = core.receive(
        (0..<150).map {
          Core.Item(
            partition: partition, offset: $0, key: Array("\($0)".utf8) + partition.topic.utf8,
            payload: 0, receivedAt: start)
        })
    }
    var running = core.nextJobs()
    var topics: [String] = []
    while let job = running.first {
      running.removeFirst()
      topics.append(job.partition.topic)
      _ = core.complete(job)
      running += core.nextJobs()
    }
    let last = try #require(topics.lastIndex(of: "queries"))
    #expect(topics[...last].count { $0 == "backfill" } == 199)
  }

  @Test("a message of the first lane finds a place, however much waits in another lane")
  func reservedPlaces() throws {
    let lane = WorkerCoreConfiguration.Lane(topics: ["backfill"], share: 10)
    var core = Core(
      configuration: try WorkerCoreConfiguration(
        ordering: .key, maxInFlight: 8, maxInFlightPerPartition: 8, pauseAbove: 1_000,
        resumeAtOrBelow: 500, lanes: [lane], reserved: 2))
    let backfill = TopicPartitionID(topic: "backfill", partition: 0)
    core.assign([partition(0), backfill])
    func receive(_ offsets: Range<Int64>, of partition: TopicPartitionID) {
      _ = core.receive(
        offsets.map {
          Core.Item(
            partition: partition, offset: $0, key: Array("\($0)".utf8) + partition.topic.utf8,
            payload: 0, receivedAt: start)
        })
    }
    receive(0..<100, of: backfill)
    let others = core.nextJobs()
    #expect(others.count == 6)
    receive(0..<100, of: partition(0))
    #expect(core.nextJobs().map(\.partition) == [partition(0), partition(0)])
    // What is kept for the first lane is no other's when it is free again, but for what that is owed.
    _ = core.complete(others[0])
    #expect(core.nextJobs().map(\.partition) == [partition(0)])
  }

  @Test("neither bound of messages in flight is exceeded")
  func bounds() throws {
    var core = try makeCore(ordering: .none, maxInFlight: 5, perPartition: 3)
    _ = core.receive((0..<9).map { item($0, of: 0) })
    let first = core.nextJobs()
    #expect(first.count == 3)
    _ = core.receive((0..<9).map { item($0, of: 1) })
    #expect(core.nextJobs().count == 2)
    #expect(core.inFlight == 5)
    _ = core.complete(first[0])
    #expect(core.nextJobs().count == 1)
  }

  @Test("a batch is cut to what the bounds leave")
  func cutBatch() throws {
    var core = try makeCore(ordering: .partition, maxInFlight: 5, perPartition: 3, maxBatch: 3)
    _ = core.receive((0..<9).map { item($0, of: 0) } + (0..<9).map { item($0, of: 1) })
    #expect(core.nextJobs().map(\.offsets) == [[0, 1, 2], [0, 1]])
  }

  private func keyedAssignment() throws -> Assignment<Int> {
    let configuration = try WorkerCoreConfiguration(
      ordering: .key, maxInFlight: 1, maxInFlightPerPartition: 1, pauseAbove: 1, resumeAtOrBelow: 0)
    return Assignment(partition: partition(0), configuration: configuration, completed: nil)
  }

  @Test("nothing is kept of a key without messages")
  func keyMemory() throws {
    var assignment = try keyedAssignment()
    for offset in 0..<10 { assignment.receive(item(Int64(offset), key: "k\(offset % 5)")) }
    #expect(assignment.followers.count == 5)
    var gate = KeyGate()
    while let next = assignment.take(upTo: 1, epoch: 1, through: &gate).first {
      let key = try #require(assignment.gateKey(of: next.offset))
      assignment.finish(next.offset)
      #expect(gate.leave(key).isEmpty)
    }
    #expect(assignment.followers.isEmpty)
    #expect(assignment.count == 0)
  }

  @Test("a drain frees what waited for a key in flight")
  func drainedKeyMemory() throws {
    var assignment = try keyedAssignment()
    for offset in 0..<10 { assignment.receive(item(Int64(offset), key: "k")) }
    var gate = KeyGate()
    let running = assignment.take(upTo: 1, epoch: 1, through: &gate).map(\.offset)
    assignment.beginDrain(inFlight: Set(running))
    #expect(assignment.followers.isEmpty)
    #expect(assignment.count == 1)
  }

  @Test("100,000 messages of 10,000 keys do not make a step slow", .timeLimit(.minutes(1)))
  func scale() throws {
    var core = try makeCore(maxInFlight: 1_000, pauseAbove: 200_000)
    _ = core.receive((0..<100_000).map { item($0, key: "k\($0 % 10_000)") })
    var running = core.nextJobs()
    var completed = 0
    while let job = running.popLast() {
      _ = core.complete(job)
      completed += 1
      running += core.nextJobs()
    }
    #expect(completed == 100_000)
    #expect(core.commits() == [partition(0): 100_000])
  }
}
