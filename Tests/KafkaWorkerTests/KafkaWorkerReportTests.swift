import Kafka
import Synchronization
import TestSupport
import Testing
import WorkerRuntime

@testable import KafkaWorker

@Suite(.serialized)
struct KafkaWorkerReportTests {
  /// A handler that waits until it is told to end, or fails until then.
  private final class Lock: Sendable {
    private let open = Mutex(false)
    var isOpen: Bool { open.withLock { $0 } }
    func unlock() { open.withLock { $0 = true } }
    func wait() async throws {
      while !isOpen { try await Task.sleep(for: .milliseconds(5)) }
    }
  }

  private func state<H>(_ worker: KafkaWorker<H>, _ topic: String = "in") -> [WorkerReport.State] {
    worker.report().partitions.filter { $0.topic == topic }.map(\.state)
  }

  @Test("Nothing begins before it is known what is paused; a pause leaves running work alone")
  func pauses() async throws {
    try await WorkerBench.run(partitions: 1) { bench in
      let lock = Lock()
      let handler = RecordingHandler { record, _ in
        if record.text == "slow" { try await lock.wait() }
        return WorkResult()
      }
      let worker = try bench.worker(handler) {
        $0.startsPaused = true
        $0.lanes = [.init(topics: ["backfill"], share: 10)]
      }
      try await bench.publish([(key: "s", text: "slow"), (key: "a", text: "1")])
      try await bench.publish([(key: "b", text: "2")], to: "backfill")
      try await withRunning([worker]) {
        try await poll("both topics read") {
          state(worker) == [.paused] && state(worker, "backfill") == [.paused]
            && worker.report().partitions.map(\.buffered) == [1, 2]
        }
        #expect(handler.handled.isEmpty)
        worker.setPausedTopics(["in"])
        try await poll("the backfill") { handler.texts == ["2"] }
        worker.setPausedTopics([])
        try await poll("the one beside the slow one") { handler.texts == ["2", "1"] }
        worker.setPausedTopics(["in", "backfill", "another"])
        try await bench.publish([(key: "c", text: "3")])
        try await poll("the third to come") { worker.report().partitions.last?.buffered == 1 }
        lock.unlock()
        try await poll("the slow one's end") { handler.texts == ["2", "1", "slow"] }
        try await poll("the third to wait") { state(worker) == [.paused] }
        worker.setPausedTopics([])
        try await poll("the third") { handler.texts == ["2", "1", "slow", "3"] }
      }
    }
  }

  @Test("What waits at a closed gate when its lane is paused goes back, and comes again once")
  func putsBack() async throws {
    try await WorkerBench.run(partitions: 1) { bench in
      let gateway = Lock()
      let calls = Mutex(0)
      let handler = RecordingHandler { _, _ in
        calls.withLock { $0 += 1 }
        if !gateway.isOpen { throw WorkFailure(.hold, reason: "gateway_down", detail: "no") }
        return WorkResult()
      }
      let worker = try bench.worker(handler) { $0.holdLimit = .milliseconds(50) }
      try await bench.publish(20, keys: 20)
      try await withRunning([worker]) {
        try await poll("the gate") { state(worker) == [.held] }
        #expect(worker.report().held == "gateway_down: no")
        #expect(worker.report().partitions[0].reason == "gateway_down")
        worker.setPausedTopics(["in"])
        try await poll("all to be put back") { worker.report().inFlight == 0 }
        #expect(state(worker) == [.paused])
        #expect(worker.report().partitions[0].buffered == 20)
        let before = calls.withLock { $0 }
        gateway.unlock()
        worker.setPausedTopics([])
        try await poll("all") { handler.handled.count == 20 }
        #expect(calls.withLock { $0 } == before + 20)
      }
      #expect(Set(handler.texts).count == 20)
    }
  }

  @Test("A report names the oldest message, what it does and for how long; a standstill is trouble")
  func reports() async throws {
    try await WorkerBench.run(partitions: 1) { bench in
      let lock = Lock()
      let handler = RecordingHandler { record, _ in
        switch record.text {
        case "flaky" where !lock.isOpen: throw WorkFailure(.retry, reason: "flaky", detail: "")
        case "slow": try await lock.wait()
        default: break
        }
        return WorkResult()
      }
      let worker = try bench.worker(handler) {
        $0.stallAfter = .milliseconds(300)
        $0.backoff = .seconds(1)
        $0.attempts = 100
      }
      try await bench.publish([(key: "a", text: "done"), (key: "b", text: "slow")])
      try await withRunning([worker]) {
        try await poll("the call") { state(worker) == [.calling] }
        let partition = try #require(worker.report().partitions.first)
        #expect(partition.oldestUnfinished == 1)
        #expect(partition.inFlight == 1)
        #expect(partition.reason == nil)
        try await poll("the standstill") { !worker.report().troubles.isEmpty }
        #expect(worker.report().troubles[0].contains("in[0] made no progress"))
        #expect(worker.report().troubles[0].contains("offset 1 is calling"))
        try await bench.publish([(key: "c", text: "flaky")])
        try await poll("the retry beside it") { worker.report().partitions[0].inFlight == 2 }
        lock.unlock()
        try await poll("all done") { handler.handled.count == 3 }
        try await poll("idle") { state(worker) == [.idle] }
        #expect(worker.report().troubles.isEmpty)
      }
      #expect(worker.report().partitions.isEmpty)
    }
  }

  @Test("A message that waits for its try says so")
  func waitsToRetry() async throws {
    try await WorkerBench.run(partitions: 1) { bench in
      let handler = RecordingHandler { record, context in
        if context.attempt == 0 { throw WorkFailure(.retry, reason: "flaky", detail: "") }
        return WorkResult()
      }
      let worker = try bench.worker(handler) {
        $0.backoff = .seconds(1)
        $0.stallAfter = .milliseconds(50)
      }
      try await bench.publish([(key: "a", text: "1")])
      try await withRunning([worker]) {
        try await poll("the wait") { state(worker) == [.waitingToRetry] }
        #expect(worker.report().partitions[0].reason == "flaky")
        try await poll("its end") {
          #expect(worker.report().troubles.isEmpty, "to wait is no standstill")
          return handler.handled.count == 1
        }
      }
    }
  }

  @Test(
    "An unfinished message is alarmed before its topic deletes it",
    .enabled(if: NoidaBroker.isInstalled, "\(NoidaBroker.howToInstall)"))
  func nearsRetention() async throws {
    try await WorkerBench.runOnNoida(partitions: 2) { bench in
      let admin = try KafkaAdmin(configuration: bench.client)
      try await admin.alterConfiguration(ofTopic: "in", ["retention.ms": "3600000"])
      await admin.close()
      let alarms = Mutex<[(partition: Int32, age: Duration, retention: Duration)]>([])
      let lock = Lock()
      let handler = RecordingHandler { _, _ in
        try await lock.wait()
        return WorkResult()
      }
      let worker = try bench.worker(
        handler,
        {
          $0.retentionAlarm = 0.8
          $0.retentionAlarmInterval = .milliseconds(100)
          $0.consumer.assignor = .range
        },
        observe: { event in
          guard case .nearRetention(let partition, _, let age, let retention) = event
          else { return }
          alarms.withLock { $0.append((partition.partition, age, retention)) }
        })
      let now = millisecondsSince1970()
      // Of 60 minutes 40 are no reason to worry, and 50 are.
      try await bench.producer.send(
        [(partition: Int32(0), minutes: Int64(40)), (1, 50)].map { partition, minutes in
          KafkaProducerMessage(
            topic: "in", partition: partition, key: [UInt8(partition)], value: [],
            timestamp: now - minutes * 60_000)
        })
      try await withRunning([worker]) {
        try await poll("both calls") { worker.report().inFlight == 2 }
        try await poll("the alarm, again and again") { alarms.withLock { $0.count >= 3 } }
        lock.unlock()
        try await poll("their end") { handler.handled.count == 2 }
      }
      for alarm in alarms.withLock({ $0 }) {
        #expect(alarm.partition == 1)
        #expect(alarm.retention == .seconds(3_600))
        #expect(alarm.age >= .seconds(3_000) && alarm.age < .seconds(3_600))
      }
    }
  }
}
