import Kafka
import KafkaWorker
import Synchronization

/// A handler whose doings a test scripts and reads.
final class RecordingHandler: WorkerHandler {
  struct State {
    var handled: [KafkaRecord] = []
    var running: Set<String> = []
    var mostRunning = 0
    var overlappedKeys: Set<String> = []
  }

  private let state = Mutex(State())
  private let body: @Sendable (KafkaRecord, WorkContext) async throws -> WorkResult

  init(
    _ body: @escaping @Sendable (KafkaRecord, WorkContext) async throws -> WorkResult = { _, _ in
      WorkResult()
    }
  ) {
    self.body = body
  }

  var handled: [KafkaRecord] { state.withLock { $0.handled } }
  var mostRunning: Int { state.withLock { $0.mostRunning } }
  var overlappedKeys: Set<String> { state.withLock { $0.overlappedKeys } }
  var texts: [String] { handled.map(\.text) }

  func handle(_ records: [KafkaRecord], _ context: WorkContext) async throws -> WorkResult {
    var result = WorkResult()
    for record in records {
      let key = record.key.map { String(decoding: $0, as: UTF8.self) } ?? "\(record.offset)"
      state.withLock { state in
        if !state.running.insert(key).inserted { state.overlappedKeys.insert(key) }
        state.mostRunning = max(state.mostRunning, state.running.count)
      }
      defer { state.withLock { _ = $0.running.remove(key) } }
      let one = try await body(record, context)
      state.withLock { $0.handled.append(record) }
      result.publish += one.publish
      let before = result.ledger
      result.ledger = { before() + one.ledger() }
    }
    return result
  }

  func obituary(for record: KafkaRecord, _ failure: WorkFailure) -> [KafkaProducerMessage] {
    [KafkaProducerMessage(topic: "ledger", value: Array("dead:\(failure.reason)".utf8))]
  }
}

extension KafkaRecord {
  var text: String { String(decoding: value ?? [], as: UTF8.self) }
}
