import Testing
import WorkerRuntime

@Suite("Worker core: rebalance")
struct WorkerCoreRebalanceTests {
  @Test("a draining partition runs nothing more and reports when its last job is back")
  func drain() throws {
    var core = try makeCore(ordering: .none, maxInFlight: 2)
    _ = core.receive((0..<5).map { item($0) })
    let jobs = core.nextJobs()
    #expect(core.beginDrain([partition(0), partition(1)]) == [partition(1)])
    #expect(core.complete(jobs[0]).drained == [])
    #expect(core.nextJob() == nil)
    #expect(core.isCurrent(jobs[1]))
    #expect(core.complete(jobs[1]).drained == [partition(0)])
  }

  @Test("no commit passes a message dropped by a drain")
  func droppedMessages() throws {
    var core = try makeCore(ordering: .key)
    _ = core.receive([item(0, key: "a"), item(1, key: "a"), item(2, key: "b")])
    let jobs = core.nextJobs()
    _ = core.beginDrain([partition(0)])
    for job in jobs { _ = core.complete(job) }
    let above = CompletedOffsets([2..<3], timestamp: -1)
    #expect(core.commits() == [partition(0): CommitPosition(offset: 1, completed: above)])
  }

  @Test("what arrives while draining is not tracked")
  func receivedWhileDraining() throws {
    var core = try makeCore(pauseAbove: 1, resumeAtOrBelow: 0)
    _ = core.receive([item(0)])
    let job = try core.oneJob()
    _ = core.beginDrain([partition(0)])
    #expect(core.receive([item(1), item(2), item(3)]) == [])
    _ = core.complete(job)
    #expect(core.commits() == [partition(0): 1])
    #expect(core.status(of: partition(0))?.buffered == 0)
  }

  @Test("a partition with no assignment needs no drain")
  func drainUnassigned() throws {
    var core = try makeCore()
    #expect(core.beginDrain([partition(7)]) == [partition(7)])
  }

  @Test("a draining partition does not resume")
  func pausedDrain() throws {
    var core = try makeCore(ordering: .none, pauseAbove: 1, resumeAtOrBelow: 0)
    #expect(core.receive([item(0), item(1)]) == [partition(0)])
    let jobs = core.nextJobs()
    _ = core.beginDrain([partition(0)])
    #expect(jobs.map { core.complete($0).resume } == [[], []])
  }

  @Test("a draining partition's oldest message is the one it waits for")
  func drainingStatus() throws {
    var core = try makeCore(ordering: .key)
    _ = core.receive([item(0, key: "a"), item(1, key: "a"), item(2, key: "b")])
    let jobs = core.nextJobs()
    _ = core.beginDrain([partition(0)])
    _ = core.complete(jobs[0])
    let status = core.status(of: partition(0))
    #expect(status?.oldestUnfinished?.offset == 2)
    #expect(status?.draining == true)
  }

  @Test("after a release its jobs are stale and completing them changes nothing")
  func staleJobs() throws {
    var core = try makeCore()
    _ = core.receive([item(0)])
    let old = try core.oneJob()
    core.release([partition(0)])
    #expect(!core.isCurrent(old))
    #expect(core.inFlight == 0)
    #expect(core.staleInFlight == 1)

    core.assign([partition(0)])
    _ = core.receive([item(0)])
    let new = try core.oneJob()
    #expect(new.epoch != old.epoch)
    #expect(core.complete(old).stale == true)
    #expect(core.staleInFlight == 0)
    #expect(core.inFlight == 1)
    #expect(core.commits() == [partition(0): 0])
    #expect(core.complete(new).stale == false)
  }

  @Test("stale jobs keep their room until they are back, and then give it up")
  func staleJobsOccupy() throws {
    var core = try makeCore(maxInFlight: 1)
    _ = core.receive([item(0)])
    let old = try core.oneJob()
    core.release([partition(0)])
    _ = core.receive([item(0, of: 1)])
    #expect(core.nextJob() == nil)
    _ = core.complete(old)
    #expect(core.nextJob()?.partition == partition(1))
  }

  @Test("assigning an assigned partition starts it anew")
  func reassign() throws {
    var core = try makeCore()
    _ = core.receive([item(5), item(6)])
    let old = try core.oneJob()
    core.assign([partition(0)])
    #expect(!core.isCurrent(old))
    #expect(core.nextJob() == nil)
    _ = core.receive([item(5)])
    #expect(core.nextJobs().map(\.offsets) == [[5]])
    #expect(Set(core.partitions) == [partition(0), partition(1)])
  }
}
