import Kafka
import Synchronization
import TestSupport
import Testing
import WorkerRuntime

@testable import KafkaWorker

@Suite(.serialized)
struct KafkaWorkerRetryTests {
  private static func withRetries(
    _ configuration: inout KafkaWorkerConfiguration, short: Duration = .milliseconds(300)
  ) throws {
    configuration.retries = try RetrySchedule([
      .init(topic: "retry.short", delay: short), .init(topic: "retry.long", delay: short * 2),
    ])
    configuration.attempts = 3
  }

  @Test("A failed message waits in its tier, without a slot, and comes back as it was")
  func waitsInTiers() async throws {
    try await WorkerBench.run { bench in
      let tries = Mutex<[(at: ContinuousClock.Instant, attempt: Int, record: KafkaRecord)]>([])
      let handler = RecordingHandler { record, context in
        guard record.text == "bad" else { return WorkResult() }
        tries.withLock { $0.append((.now, context.attempt, record)) }
        if context.attempt < 2 { throw WorkFailure(.retry, reason: "flaky", detail: "again") }
        return WorkResult()
      }
      let worker = try bench.worker(handler) {
        try? Self.withRetries(&$0)
        // One slot: were it held by the retry, nothing else could run.
        $0.inFlight = 1
        $0.inFlightPerPartition = 1
      }
      try await bench.producer.send(
        KafkaProducerMessage(
          topic: "in", partition: 2, key: Array("k".utf8), value: Array("bad".utf8),
          headers: [KafkaHeader("trace", "t")], timestamp: 1_700_000_000_000))
      try await bench.publish((0..<20).map { (key: "other\($0)", text: "good") })
      try await withRunning([worker]) {
        try await poll("all 21") { handler.handled.count == 21 }
      }
      let seen = tries.withLock { $0 }
      #expect(seen.map(\.attempt) == [0, 1, 2])
      for (_, _, record) in seen {
        #expect(record.partition == TopicPartition(topic: "in", partition: 2))
        #expect(record.offset == 0)
        #expect(record.timestamp == 1_700_000_000_000)
        #expect(record.headers == [KafkaHeader("trace", "t")])
      }
      #expect(seen[1].at - seen[0].at >= .milliseconds(290))
      #expect(seen[2].at - seen[1].at >= .milliseconds(590))
      #expect(handler.texts.last == "bad", "the others did not wait for it")
    }
  }

  @Test("What a failure tells the next try comes with the message, also to the dead letters")
  func carriesHeaders() async throws {
    try await WorkerBench.run { bench in
      let seen = Mutex<[String?]>([])
      let handler = RecordingHandler { record, context in
        seen.withLock { $0.append(record.headers.text("spent")) }
        throw WorkFailure(
          .retry, reason: "never_works", detail: "no",
          headers: [KafkaHeader("spent", "\(context.attempt + 1)")])
      }
      let worker = try bench.worker(handler) {
        try? Self.withRetries(&$0, short: .milliseconds(50))
      }
      try await bench.producer.send(
        KafkaProducerMessage(topic: "in", partition: 1, key: [1], value: Array("bad".utf8)))
      try await withRunning([worker]) {
        let letter = try #require(try await bench.read("dead", atLeast: 1).first)
        #expect(letter.headers.filter { $0.name == "spent" }.map(\.value) == [Array("3".utf8)])
      }
      #expect(seen.withLock { $0 } == [nil, "1", "2"])
    }
  }

  @Test("After its last try a message is dead, with the place where it was first consumed")
  func diesAfterTheLast() async throws {
    try await WorkerBench.run { bench in
      let handler = RecordingHandler { _, _ in
        throw WorkFailure(.retry, reason: "never_works", detail: "no")
      }
      let worker = try bench.worker(handler) {
        try? Self.withRetries(&$0, short: .milliseconds(50))
      }
      try await bench.producer.send(
        KafkaProducerMessage(topic: "in", partition: 1, key: [1], value: Array("bad".utf8)))
      try await withRunning([worker]) {
        let letter = try #require(try await bench.read("dead", atLeast: 1).first)
        #expect(letter.headers.text(DeadLetter.originalTopic) == "in")
        #expect(letter.headers.integer(DeadLetter.originalPartition, as: Int32.self) == 1)
        #expect(letter.headers.integer(DeadLetter.originalOffset, as: Int64.self) == 0)
        #expect(letter.headers.integer(DeadLetter.attempts, as: Int32.self) == 3)
        #expect(letter.headers.text(RetryHeaders.dueAtName) == nil)
      }
    }
  }

  @Test("Messages of a key that waits for its retry wait with it, without a try of their own")
  func attaches() async throws {
    try await WorkerBench.run { bench in
      let tries = Mutex<[String]>([])
      let failed = Mutex(false)
      let handler = RecordingHandler { record, _ in
        tries.withLock { $0.append(record.text) }
        let fails = failed.withLock { failed in
          defer { failed = true }
          return !failed
        }
        if fails { throw WorkFailure(.retry, reason: "flaky", detail: "again") }
        return WorkResult()
      }
      let worker = try bench.worker(handler) { try? Self.withRetries(&$0, short: .seconds(1)) }
      try await bench.publish((0..<5).map { (key: "k", text: "\($0)") })
      try await withRunning([worker]) {
        try await poll("all 5") { handler.handled.count == 5 }
      }
      #expect(tries.withLock { $0 } == ["0", "0", "1", "2", "3", "4"])
    }
  }

  @Test("What waits in a retry topic is found by the worker that owns its partition next")
  func survivesARestart() async throws {
    try await WorkerBench.run { bench in
      let first = RecordingHandler { _, _ in
        throw WorkFailure(.retry, reason: "flaky", detail: "again")
      }
      let worker = try bench.worker(first) { try? Self.withRetries(&$0, short: .seconds(2)) }
      try await bench.publish([(key: "k", text: "bad")])
      try await withRunning([worker]) {
        _ = try await poll("a retry") {
          try await bench.producer.partitionCount(of: "retry.short") > 0
            && !worker.pending.withLock { $0.count == 0 }
        }
      }
      let second = RecordingHandler { _, context in
        #expect(context.attempt == 1)
        return WorkResult()
      }
      let next = try bench.worker(second) { try? Self.withRetries(&$0, short: .seconds(2)) }
      try await withRunning([next]) {
        try await poll("the retry") { second.texts == ["bad"] }
      }
    }
  }

  @Test("A lane runs when the first has no work, and has its share while it has")
  func lanes() async throws {
    try await WorkerBench.run { bench in
      // Nothing ends before everything has arrived: a lane is owed nothing for work that is still on its way.
      let hasArrived = Mutex(false)
      let handler = RecordingHandler { _, _ in
        while !hasArrived.withLock({ $0 }) { try await Task.sleep(for: .milliseconds(10)) }
        return WorkResult()
      }
      let worker = try bench.worker(handler) {
        $0.lanes = [.init(topics: ["backfill"], share: 25)]
        $0.inFlight = 2
        $0.inFlightPerPartition = 2
      }
      try await bench.publish((0..<600).map { (key: "b\($0)", text: "back") }, to: "backfill")
      try await bench.publish((0..<600).map { (key: "q\($0)", text: "first") })
      try await withRunning([worker]) {
        try await poll("all 1,200 in memory") {
          worker.core.withLock { core in
            core.partitions.compactMap { core.status(of: $0) }.reduce(0) {
              $0 + $1.buffered + $1.inFlight
            } == 1_200
          }
        }
        hasArrived.withLock { $0 = true }
        try await poll("all 1,200") { handler.handled.count == 1_200 }
      }
      // Up to the 500th of 600 of the first lane both have work, also should one of the two slots stand still.
      let texts = handler.texts
      let end = try #require(texts.indices.filter { texts[$0] == "first" }.dropFirst(499).first)
      let share = Double(texts[...end].count { $0 == "back" }) / Double(end + 1)
      #expect((0.2...0.3).contains(share), "\(share) of \(end + 1) jobs")
    }
  }

  @Test(
    "A handler that never returns is given up on, keeps its room, and its message is tried again")
  func timesOut() async throws {
    try await WorkerBench.run { bench in
      let stuck = Mutex<CheckedContinuation<Void, Never>?>(nil)
      let handler = RecordingHandler { record, context in
        if record.text == "stuck", context.attempt == 0 {
          await withCheckedContinuation { continuation in stuck.withLock { $0 = continuation } }
        }
        return WorkResult()
      }
      let worker = try bench.worker(handler) {
        try? Self.withRetries(&$0, short: .milliseconds(100))
        $0.handlerTimeout = .milliseconds(500)
      }
      try await bench.publish(
        [(key: "s", text: "stuck")] + (0..<50).map { (key: "k\($0)", text: "good") })
      try await withRunning([worker]) {
        try await poll("all but the stuck one, and its second try") {
          handler.handled.count == 51
        }
        #expect(worker.core.withLock { $0.strays } == 1)
        stuck.withLock { $0?.resume() }
        try await poll("its room") { worker.core.withLock { $0.strays } == 0 }
      }
      #expect(handler.handled.count { $0.text == "stuck" } == 2)
    }
  }

  @Test(
    "A shared cause costs hardly a call per message for as long as it lasts, and nothing waits long after"
  )
  func holds() async throws {
    try await WorkerBench.run { bench in
      let isDown = Mutex(true)
      let calls = Mutex(0)
      let handler = RecordingHandler { _, _ in
        if isDown.withLock({ $0 }) {
          calls.withLock { $0 += 1 }
          throw WorkFailure(.hold, reason: "gateway_down", detail: "no")
        }
        return WorkResult()
      }
      let worker = try bench.worker(handler) {
        $0.backoff = .milliseconds(200)
        $0.holdLimit = .seconds(1)
      }
      try await bench.publish(300, keys: 300)
      try await withRunning([worker]) {
        try await poll("a held message") { calls.withLock { $0 } > 0 }
        try await Task.sleep(for: .seconds(5))
        isDown.withLock { $0 = false }
        let up = ContinuousClock.now
        try await poll("all 300") { handler.handled.count == 300 }
        #expect(.now - up < .seconds(15))
      }
      #expect(calls.withLock { $0 } <= 330, "\(calls.withLock { $0 }) calls for 300 messages")
    }
  }

  @Test("Topics that belong together and have other partition counts are refused")
  func partitionCounts() async throws {
    try await WorkerBench.run { bench in
      let worker = try bench.worker(RecordingHandler()) {
        $0.lanes = [.init(topics: ["out"], share: 10)]
      }
      await #expect {
        try await worker.run()
      } throws: {
        "\($0)".contains("out") && "\($0)".contains("1 partitions")
          && "\($0)".contains("the 4 of in")
      }
    }
  }
}

@Suite
struct RetryScheduleTests {
  @Test("tries go up the tiers, further for a longer wait, and stay in the last")
  func tiers() throws {
    let schedule = try RetrySchedule([
      .init(topic: "a", delay: .seconds(30)), .init(topic: "b", delay: .seconds(300)),
    ])
    #expect((1...4).map { schedule.tier(afterTry: $0)?.topic } == ["a", "b", "b", "b"])
    #expect(schedule.tier(afterTry: 1, atLeast: .seconds(31))?.topic == "b")
    #expect(schedule.tier(afterTry: 1, atLeast: .seconds(3_000))?.topic == "b")
    #expect(RetrySchedule.none.tier(afterTry: 1) == nil)
  }

  @Test("delays that do not ascend and topics named twice are refused")
  func invalid() {
    #expect(throws: KafkaError.self) {
      try RetrySchedule([
        .init(topic: "a", delay: .seconds(30)), .init(topic: "b", delay: .seconds(30)),
      ])
    }
    #expect(throws: KafkaError.self) {
      try RetrySchedule([
        .init(topic: "a", delay: .seconds(3)), .init(topic: "a", delay: .seconds(30)),
      ])
    }
  }

  @Test("headers are read as they were written, and nothing else is taken for them")
  func headers() throws {
    let original = KafkaRecord(
      partition: TopicPartition(topic: "in", partition: 7), offset: 1 << 40, timestamp: nil,
      key: [1], value: [2], headers: [KafkaHeader("own", "x")])
    let headers = RetryHeaders(
      original: original.partition, offset: original.offset, timestamp: nil, attempts: 3,
      dueAt: 1_700_000_000_123)
    let message = headers.message(original, topic: "retry", partition: 7)
    #expect(RetryHeaders(message.headers) == headers)
    var stored = original
    stored.partition.topic = "retry"
    stored.headers = message.headers
    #expect(headers.original(of: stored) == original)
    #expect(RetryHeaders(original.headers) == nil)
    var short = message.headers
    short.removeAll { $0.name == RetryHeaders.dueAtName }
    short.append(KafkaHeader(RetryHeaders.dueAtName, [1, 2]))
    #expect(RetryHeaders(short) == nil)
  }
}
