import Testing

@testable import WorkerRuntime

@Suite("Worker core: pausing, commits, status")
struct WorkerCoreFlowTests {
  @Test("a partition pauses once above its bound and resumes once at the lower one")
  func hysteresis() throws {
    var core = try makeCore(ordering: .none, pauseAbove: 3, resumeAtOrBelow: 1)
    #expect(core.receive([item(0), item(1), item(2)]) == [])
    let jobs = core.nextJobs()
    #expect(core.receive([item(3)]) == [partition(0)])
    #expect(core.receive([item(4)]) == [])
    #expect(jobs.map { core.complete($0).resume } == [[], [], []])
    let rest = core.nextJobs()
    #expect(core.complete(rest[0]).resume == [partition(0)])
    #expect(core.complete(rest[1]).resume == [])
  }

  @Test("a pause dies with its assignment")
  func pauseEndsWithAssignment() throws {
    var core = try makeCore(pauseAbove: 1, resumeAtOrBelow: 0)
    #expect(core.receive([item(0), item(1)]) == [partition(0)])
    core.assign([partition(0)])
    #expect(core.status(of: partition(0))?.paused == false)
    #expect(core.receive([item(0), item(1)]) == [partition(0)])
  }

  @Test("a position is offered once, and again only after it moves or fails to commit")
  func commits() throws {
    var core = try makeCore(ordering: .none)
    _ = core.receive([item(7), item(8)])
    let jobs = core.nextJobs()
    #expect(core.commits() == [partition(0): 7])
    #expect(core.commits() == [:])
    _ = core.complete(jobs[1])
    let above = CompletedOffsets([8..<9], timestamp: -1)
    #expect(core.commits() == [partition(0): CommitPosition(offset: 7, completed: above)])
    _ = core.complete(jobs[0])
    #expect(core.commits() == [partition(0): 9])
    core.commitFailed([partition(0): 9])
    #expect(core.commits() == [partition(0): 9])
  }

  @Test("a failed commit is not offered again when a newer position was taken since")
  func staleCommitFailure() throws {
    var core = try makeCore(ordering: .none)
    _ = core.receive([item(7), item(8)])
    let old = core.commits()
    for job in core.nextJobs() { _ = core.complete(job) }
    #expect(core.commits() == [partition(0): 9])
    core.commitFailed(old)
    #expect(core.commits() == [:])
  }

  @Test("messages of partitions not assigned are dropped")
  func unassigned() throws {
    var core = try makeCore()
    #expect(core.receive([item(0, of: 7)]) == [])
    #expect(core.nextJob() == nil)
    #expect(core.commits() == [:])
    #expect(core.status(of: partition(7)) == nil)
  }

  @Test("a job completed twice is recorded once")
  func completedTwice() throws {
    var core = try makeCore()
    _ = core.receive([item(0)])
    let job = try core.oneJob()
    #expect(core.complete(job).stale == false)
    #expect(core.complete(job).stale == true)
    #expect(core.inFlight == 0)
  }

  @Test("a status names the oldest unfinished message and when it came")
  func status() throws {
    var core = try makeCore(ordering: .none, maxInFlight: 2, pauseAbove: 3, resumeAtOrBelow: 0)
    _ = core.receive([item(3), item(5), item(6), item(9)])
    let jobs = core.nextJobs()
    let paused = core.status(of: partition(0))
    #expect(
      paused?.oldestUnfinished
        == .init(offset: 3, receivedAt: start + .seconds(3), timestamp: -1, stage: .inFlight))
    #expect(paused?.buffered == 2)
    #expect(paused?.inFlight == 2)
    #expect(paused?.paused == true)
    _ = core.complete(jobs[0])
    #expect(core.status(of: partition(0))?.oldestUnfinished?.offset == 5)
    #expect(core.status(of: partition(1))?.oldestUnfinished == nil)
  }
}
