import Kafka
import Synchronization
import TestSupport
import Testing
import WorkerRuntime

@testable import KafkaWorker

/// Notes that a test sets and reads.
private final class TestNotes: CommitNotes {
  struct State {
    var text: String?
    var restored: [CommitMetadata.Note] = []
    var acknowledged: [String] = []
    var released: [TopicPartition] = []
  }

  let state = Mutex(State())

  func note(for partition: TopicPartition) -> String? { state.withLock { $0.text } }

  func restore(_ note: CommitMetadata.Note, for partition: TopicPartition) {
    state.withLock { $0.restored.append(note) }
  }

  func acknowledged(_ note: String, for partition: TopicPartition) {
    state.withLock { $0.acknowledged.append(note) }
  }

  func release(_ partitions: [TopicPartition]) {
    state.withLock { $0.released += partitions }
  }
}

@Suite("Commit notes", .serialized)
struct CommitNotesTests {
  private func worker(
    _ bench: WorkerBench, _ handler: RecordingHandler, _ notes: TestNotes,
    commitInterval: Duration = .milliseconds(50)
  ) throws -> KafkaWorker<RecordingHandler> {
    var consumer = KafkaConsumerConfiguration(client: bench.client, groupID: "group")
    consumer.sessionTimeout = .seconds(6)
    var configuration = KafkaWorkerConfiguration(consumer: consumer, topics: ["in"])
    configuration.commitInterval = commitInterval
    return try KafkaWorker(
      configuration: configuration, handler: handler, producer: bench.producer, notes: notes)
  }

  @Test(
    "a note is committed when it changes though no offset moves, and comes back with the partition")
  func travels() async throws {
    try await WorkerBench.run(partitions: 1) { bench in
      let notes = TestNotes()
      let handler = RecordingHandler()
      try await bench.publish(3, keys: 3)
      try await withRunning([try worker(bench, handler, notes)]) {
        try await poll("3 messages") { handler.handled.count == 3 }
        #expect(notes.state.withLock { $0.restored } == [.none])
        for text in ["first", "second"] {
          notes.state.withLock { $0.text = text }
          try await poll("\(text) to be taken") {
            notes.state.withLock { $0.acknowledged.last == text }
          }
        }
      }
      let released = notes.state.withLock { Set($0.released) }
      #expect(released == [TopicPartition(topic: "in", partition: 0)])
      let later = TestNotes()
      try await withRunning([try worker(bench, RecordingHandler(), later)]) {
        try await poll("the note to come back") {
          later.state.withLock { $0.restored } == [.text("second")]
        }
      }
    }
  }

  @Test("a commit can be asked for, and is taken before the next regular one")
  func atOnce() async throws {
    try await WorkerBench.run(partitions: 1) { bench in
      let notes = TestNotes()
      let handler = RecordingHandler()
      let worker = try worker(bench, handler, notes, commitInterval: .seconds(600))
      try await bench.publish(1, keys: 1)
      try await withRunning([worker]) {
        try await poll("a message") { handler.handled.count == 1 }
        notes.state.withLock { $0.text = "now" }
        #expect(await worker.commit())
        #expect(notes.state.withLock { $0.acknowledged } == ["now"])
      }
    }
  }

  @Test("what holds up one lane holds up no other")
  func holdsByLane() async throws {
    try await WorkerBench.run(partitions: 1) { bench in
      let handler = RecordingHandler { record, _ in
        if record.partition.topic == "backfill" {
          throw WorkFailure(.hold, reason: "budget_spent", detail: "for this lane")
        }
        return WorkResult()
      }
      let worker = try bench.worker(handler) {
        $0.lanes = [.init(topics: ["backfill"], share: 10)]
        $0.backoff = .milliseconds(50)
        $0.holdLimit = .seconds(60)
      }
      try await bench.publish((0..<5).map { (key: "b\($0)", text: "b") }, to: "backfill")
      try await withRunning([worker]) {
        try await poll("the backfill to be held") {
          worker.report().partitions.contains { $0.topic == "backfill" && $0.state == .held }
        }
        try await bench.publish(200, keys: 50)
        try await poll("the others to be done") { handler.handled.count == 200 }
        #expect(worker.report().partitions.contains { $0.topic == "backfill" && $0.state == .held })
      }
    }
  }
}
