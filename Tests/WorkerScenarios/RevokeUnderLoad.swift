import Kafka
import KafkaWorker
import Synchronization
import TestSupport

/// A worker with many long calls in flight loses half of its partitions to another.
public struct RevokeUnderLoad: Sendable {
  public var calls = 500
  public var latency = Duration.seconds(5)

  public init() {}

  public struct Outcome: Sendable {
    /// Calls in flight when the partitions were asked for.
    public var inFlightAtRevoke = 0
    /// Whether the broker refused the second worker's first SyncGroup. This one does so when the leader's came first;
    /// the worker joins once more, and until then the broker takes no commit of the first worker: what that did
    /// meanwhile is done again.
    public var wasDisturbed = false
    /// Partitions that were lost rather than revoked.
    public var partitionsLost = 0
    /// Partitions that moved.
    public var moved = 0
    /// Calls that were begun for messages that had one.
    public var callsRepeated = 0
    /// Calls whose result was not published.
    public var callsThrownAway = 0
    /// Messages with more than one published result.
    public var publishedTwice = 0
    /// Messages without a published result.
    public var lost = 0
  }

  public func run() async throws -> Outcome {
    // So many rounds that there is work before, during and after the move, which takes a session timeout here.
    let messages = calls * max(4, Int((.seconds(20) / latency).rounded(.up)))
    let handler = CountingHandler(latency: latency)
    var outcome = Outcome()
    let atRevoke = Mutex((moved: 0, inFlight: 0, lost: 0))
    let firstGiven = Mutex(Int?.none)
    try await ScenarioBroker.run(partitions: 12) { broker in
      let configuration = broker.configuration {
        $0.consumer.assignor = .cooperativeSticky
        $0.inFlight = calls
        $0.inFlightPerPartition = calls
        $0.drainTimeout = latency * 3
      }
      try await broker.withProducer { producer in
        try await producer.send(
          (0..<messages).map { number in
            KafkaProducerMessage(
              topic: ScenarioBroker.inTopic, key: Array("\(number)".utf8),
              value: Array("\(number)".utf8))
          })
      }
      try await withWorkers(of: CountingHandler.self) { running in
        running.append(
          try RunningWorker(configuration, handler) { event in
            guard case .revoked(let partitions, let lost) = event else { return }
            atRevoke.withLock { state in
              if lost { state.lost += partitions.count }
              guard !lost, state.moved == 0 else { return }
              (state.moved, state.inFlight) = (partitions.count, handler.inFlight)
            }
          })
        try await poll("\(calls) calls in flight") { handler.inFlight >= calls }
        // The move comes a session timeout later: in the midst of calls, not between two rounds of them.
        try await Task.sleep(for: latency / 2)
        running.append(
          try RunningWorker(configuration, handler) { event in
            guard case .assigned(let partitions) = event else { return }
            firstGiven.withLock { $0 = $0 ?? partitions.count }
          })
        try await poll("all messages", limit: .seconds(180)) { handler.done == messages }
      }
      let numbers = try await broker.records(of: ScenarioBroker.outTopic).compactMap {
        Int(String(decoding: $0.value ?? [], as: UTF8.self))
      }
      outcome.publishedTwice = numbers.count - Set(numbers).count
      outcome.lost = messages - Set(numbers).count
      outcome.callsThrownAway = handler.calls - numbers.count
    }
    // A worker that joins is told first that it will be given some.
    outcome.wasDisturbed = firstGiven.withLock { $0 } != 0
    outcome.callsRepeated = handler.calls - messages
    (outcome.moved, outcome.inFlightAtRevoke, outcome.partitionsLost) = atRevoke.withLock { $0 }
    return outcome
  }
}

/// Counts calls that take their time.
private final class CountingHandler: WorkerHandler {
  private let latency: Duration
  private let state = Mutex((calls: 0, inFlight: 0, done: Set<Int>()))

  init(latency: Duration) { self.latency = latency }

  var calls: Int { state.withLock { $0.calls } }
  var inFlight: Int { state.withLock { $0.inFlight } }
  var done: Int { state.withLock { $0.done.count } }

  func handle(_ records: [KafkaRecord], _ context: WorkContext) async throws -> WorkResult {
    let text = String(decoding: records[0].value ?? [], as: UTF8.self)
    guard let number = Int(text) else { throw TestSupportError("\(text) is no number") }
    state.withLock { state in
      state.calls += 1
      state.inFlight += 1
    }
    defer { state.withLock { $0.inFlight -= 1 } }
    try await Task.sleep(for: latency)
    return WorkResult(
      publish: [
        KafkaProducerMessage(
          topic: ScenarioBroker.outTopic, key: records[0].key, value: records[0].value)
      ],
      ledger: { [self] in
        state.withLock { _ = $0.done.insert(number) }
        return []
      })
  }
}
