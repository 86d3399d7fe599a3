import Kafka
import Logging
import ServiceLifecycle
import Synchronization
import TestSupport
import Testing
import WorkerRuntime

@testable import KafkaWorker

/// Runs a worker as a service, `body` beside it, then shuts it down gracefully and waits for its end.
func withRunning(
  _ services: [any Service], _ body: () async throws -> Void
) async throws {
  var configuration = ServiceGroupConfiguration(
    services: services, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
  configuration.maximumGracefulShutdownDuration = .seconds(60)
  let group = ServiceGroup(configuration: configuration)
  let running = Task { try await group.run() }
  let result: Result<Void, any Error>
  do { result = .success(try await body()) } catch { result = .failure(error) }
  await group.triggerGracefulShutdown()
  try await running.value
  try result.get()
}

@Suite(.serialized)
struct KafkaWorkerTests {
  @Test(
    "Every message is handled once, in order within its key, far more at a time than partitions")
  func handlesEveryMessage() async throws {
    try await WorkerBench.run(partitions: 2) { bench in
      let handler = RecordingHandler { _, _ in
        try await Task.sleep(for: .milliseconds(20))
        return WorkResult()
      }
      let worker = try bench.worker(handler)
      try await bench.publish(1_000, keys: 50)
      try await withRunning([worker]) {
        try await poll("1,000 messages") { handler.handled.count >= 1_000 }
      }
      #expect(Set(handler.texts).count == 1_000)
      #expect(handler.handled.count == 1_000)
      #expect(handler.overlappedKeys.isEmpty)
      #expect(handler.mostRunning > 10, "2 partitions, 50 keys: \(handler.mostRunning) at a time")
      let byKey = Dictionary(grouping: handler.handled) { $0.key ?? [] }
      for (_, records) in byKey {
        #expect(records.map(\.offset) == records.map(\.offset).sorted())
      }
    }
  }

  @Test(
    "What the handler returns is published, the ledger after it, before the offset is committed")
  func publishesResults() async throws {
    try await WorkerBench.run { bench in
      let handler = RecordingHandler { record, _ in
        WorkResult(
          publish: [KafkaProducerMessage(topic: "out", value: record.value)],
          ledger: { [KafkaProducerMessage(topic: "ledger", value: record.value)] })
      }
      let worker = try bench.worker(handler)
      try await bench.publish(100, keys: 100)
      try await withRunning([worker]) {
        let ledger = try await bench.read("ledger", atLeast: 100)
        #expect(Set(ledger.map(\.text)).count == 100)
        #expect(Set(try await bench.read("out", atLeast: 100).map(\.text)).count == 100)
      }
    }
  }

  @Test("A message that can never be handled goes to the dead letters with Spring's headers")
  func buries() async throws {
    try await WorkerBench.run { bench in
      let handler = RecordingHandler { record, _ in
        if record.text == "bad" {
          throw WorkFailure(.dead, reason: "malformed_message", detail: "not a search")
        }
        return WorkResult()
      }
      let worker = try bench.worker(handler)
      try await bench.producer.send(
        KafkaProducerMessage(
          topic: "in", partition: 3, key: Array("k".utf8), value: Array("bad".utf8),
          headers: [KafkaHeader("content-type", "text/x")], timestamp: 1_700_000_000_000))
      try await bench.publish([(key: "k", text: "good")])
      try await withRunning([worker]) {
        let letter = try #require(try await bench.read("dead", atLeast: 1).first)
        let headers = Dictionary(letter.headers.map { ($0.name, $0.value) }) { $1 }
        #expect(letter.text == "bad")
        #expect(letter.key == Array("k".utf8))
        #expect(headers["content-type"] == Array("text/x".utf8))
        #expect(headers["kafka_dlt-original-topic"] == Array("in".utf8))
        #expect(headers["kafka_dlt-original-partition"] == [0, 0, 0, 3])
        #expect(headers["kafka_dlt-original-offset"] == [0, 0, 0, 0, 0, 0, 0, 0])
        #expect(
          headers["kafka_dlt-original-timestamp"] == Int64(1_700_000_000_000).bigEndianBytes)
        #expect(headers["kafka_dlt-original-consumer-group"] == Array("group".utf8))
        #expect(headers["kafka_dlt-exception-fqcn"] == Array("malformed_message".utf8))
        #expect(headers["kafka_dlt-exception-message"] == Array("not a search".utf8))
        let obituary = try await bench.read("ledger", atLeast: 1)
        #expect(obituary.map(\.text) == ["dead:malformed_message"])
        try await poll("the good message") { handler.texts == ["good"] }
      }
    }
  }

  @Test("A dead letter larger than its topic allows is cut and keeps its coordinates")
  func truncatesDeadLetters() async throws {
    try await WorkerBench.run { bench in
      let handler = RecordingHandler { _, _ in throw WorkFailure(.dead, reason: "r", detail: "d") }
      let worker = try bench.worker(handler)
      let large = String(repeating: "x", count: 990_000)
      try await bench.publish([(key: "k", text: large)])
      try await withRunning([worker]) {
        let letter = try #require(try await bench.read("dead", atLeast: 1).first)
        #expect(letter.text.count < 990_000 && letter.text.count > 100_000)
        #expect(letter.headers.text(DeadLetter.truncatedFrom) == "990000")
        #expect(letter.headers.text(DeadLetter.originalTopic) == "in")
      }
    }
  }

  @Test("A failing message is tried the configured number of times, then it is dead")
  func boundsAttempts() async throws {
    try await WorkerBench.run { bench in
      let tries = Mutex(0)
      let handler = RecordingHandler { _, _ in
        tries.withLock { $0 += 1 }
        throw WorkFailure(.retry, reason: "flaky", detail: "no")
      }
      let worker = try bench.worker(handler) { $0.attempts = 3 }
      try await bench.publish(1, keys: 1)
      try await withRunning([worker]) {
        let letter = try #require(try await bench.read("dead", atLeast: 1).first)
        #expect(letter.headers.text(DeadLetter.exceptionName) == "flaky")
        let attempts = letter.headers.first { $0.name == DeadLetter.attempts }
        #expect(attempts?.value == [0, 0, 0, 3])
      }
      #expect(tries.withLock { $0 } == 3)
    }
  }

  @Test("A shared cause uses no attempt: the message is held until it works")
  func holds() async throws {
    try await WorkerBench.run { bench in
      let tries = Mutex(0)
      let handler = RecordingHandler { _, context in
        #expect(context.attempt == 0)
        if tries.withLock({
          $0 += 1
          return $0
        }) <= 10 {
          throw WorkFailure(.hold, reason: "gateway_down", detail: "no")
        }
        return WorkResult()
      }
      let worker = try bench.worker(handler) {
        $0.attempts = 2
        $0.backoffLimit = .milliseconds(10)
      }
      try await bench.publish(1, keys: 1)
      try await withRunning([worker]) {
        try await poll("the held message") { handler.handled.count == 1 }
      }
    }
  }

  @Test("Shutdown drains what is in flight and commits it; the next worker handles only the rest")
  func drains() async throws {
    try await WorkerBench.run { bench in
      let started = Mutex(0)
      let handler = RecordingHandler { _, _ in
        started.withLock { $0 += 1 }
        try await Task.sleep(for: .milliseconds(300))
        return WorkResult()
      }
      let first = try bench.worker(handler) {
        $0.inFlight = 32
        $0.inFlightPerPartition = 32
      }
      try await bench.publish(200, keys: 200)
      try await withRunning([first]) {
        try await poll("the first messages to begin") { started.withLock { $0 } >= 32 }
      }
      let drained = Set(handler.texts)
      #expect(drained.count >= 32 && drained.count < 200)
      #expect(handler.handled.count == started.withLock { $0 }, "no call is thrown away")

      let rest = RecordingHandler()
      let second = try bench.worker(rest)
      try await withRunning([second]) {
        try await poll("the rest") { drained.union(rest.texts).count == 200 }
      }
      #expect(drained.isDisjoint(with: rest.texts))
    }
  }

  @Test(
    "Cancelling ends it at once, before it has partitions and when it has work", arguments: [0, 5])
  func cancels(messages: Int) async throws {
    try await WorkerBench.run { bench in
      let started = Mutex(0)
      let handler = RecordingHandler { _, _ in
        started.withLock { $0 += 1 }
        try await Task.sleep(for: .seconds(600))
        return WorkResult()
      }
      let worker = try bench.worker(handler)
      try await bench.publish(messages, keys: 5)
      let running = Task { try await worker.run() }
      try await poll("the messages to begin") { started.withLock { $0 } == messages }
      running.cancel()
      try await within(.seconds(15), "ending") { try await running.value }
      #expect(handler.handled.isEmpty)
    }
  }

  // The embedded broker refuses commits for as long as a rebalance lasts, so what is repeated is not bounded there.
  @Test(
    "A second member takes partitions over without a loss",
    arguments: [KafkaConsumerConfiguration.Assignor.range, .cooperativeSticky])
  func rebalances(assignor: KafkaConsumerConfiguration.Assignor) async throws {
    try await WorkerBench.run { bench in _ = try await repeatedByAMove(on: bench, assignor) }
  }

  @Test(
    "A drained move repeats little of what was done",
    .enabled(if: NoidaBroker.isInstalled, "\(NoidaBroker.howToInstall)"))
  func repeatsLittle() async throws {
    try await WorkerBench.runOnNoida { bench in
      let repeated = try await repeatedByAMove(on: bench, .range)
      // This broker begins the next generation as soon as a member joins and refuses the drain's commit: what was
      // done since the commit before may repeat, 8 at a time for 20 ms each.
      #expect(repeated <= 100)
    }
  }

  @Test(
    "A broker that restarts under load loses nothing",
    .enabled(if: NoidaBroker.isInstalled, "\(NoidaBroker.howToInstall)"))
  func survivesBrokerRestarts() async throws {
    try await WorkerBench.runOnNoida { bench, broker in
      let handler = RecordingHandler { record, _ in
        try await Task.sleep(for: .milliseconds(20))
        return WorkResult(publish: [KafkaProducerMessage(topic: "out", value: record.value)])
      }
      let worker = try bench.worker(handler) {
        $0.consumer.assignor = .range
        $0.consumer.groupInstanceID = "a"
        $0.inFlight = 16
        $0.inFlightPerPartition = 8
      }
      try await bench.publish(3_000, keys: 300)
      try await withRunning([worker]) {
        for restart in 1...2 {
          try await poll("a third more", limit: .seconds(60)) {
            handler.handled.count > restart * 800
          }
          try await broker.restart()
        }
        try await poll("all messages", limit: .seconds(90)) { Set(handler.texts).count == 3_000 }
      }
      // What repeats is the broker's doing: it may come back with older offsets than it had acknowledged.
      let results = try await bench.read("out", atLeast: try await bench.count(of: "out"))
      #expect(Set(results.map(\.text)).count == 3_000)
    }
  }

  /// Lets a second member join one at work and both end all messages, of which one alone has 15 s of work: more than
  /// any of the brokers takes for a rebalance.
  /// - Returns: How many handlings were repetitions.
  private func repeatedByAMove(
    on bench: WorkerBench, _ assignor: KafkaConsumerConfiguration.Assignor
  ) async throws -> Int {
    let slow: @Sendable (KafkaRecord, WorkContext) async throws -> WorkResult = { _, _ in
      try await Task.sleep(for: .milliseconds(20))
      return WorkResult()
    }
    let handlers = [RecordingHandler(slow), RecordingHandler(slow)]
    let workers = try handlers.map { handler in
      try bench.worker(handler) {
        $0.consumer.assignor = assignor
        $0.inFlight = 8
        $0.inFlightPerPartition = 4
      }
    }
    let count = 6_000
    try await bench.publish(count, keys: 100)
    try await withRunning([workers[0]]) {
      try await poll("the first member at work") { handlers[0].handled.count > 50 }
      try await withRunning([workers[1]]) {
        try await poll("the second member at work", limit: .seconds(60)) {
          handlers[1].handled.count > 50
        }
        try await poll("all messages", limit: .seconds(60)) {
          Set(handlers[0].texts).union(handlers[1].texts).count == count
        }
      }
    }
    return handlers[0].handled.count + handlers[1].handled.count - count
  }

  @Test("Batches of a partition are handed over whole and in order")
  func batches() async throws {
    try await WorkerBench.run(partitions: 1) { bench in
      let handler = RecordingHandler()
      let worker = try bench.worker(handler) {
        $0.ordering = .partition
        $0.batch = 50
        $0.inFlight = 50
        $0.inFlightPerPartition = 50
      }
      try await bench.publish(500, keys: 7)
      try await withRunning([worker]) {
        try await poll("500 messages") { handler.handled.count >= 500 }
      }
      #expect(handler.texts == (0..<500).map(String.init))
    }
  }
}
