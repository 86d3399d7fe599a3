import Kafka
import KafkaWorker
import Synchronization
import TestSupport

/// Messages that arrive at a steady rate; some calls take very long and one never returns. The same without these, to
/// compare with.
public struct SlowAndStuck: Sendable {
  public var messages = 5_000
  public var rate = 500
  public var slow = Duration.seconds(20)
  public var timeout = Duration.seconds(25)

  public init() {}

  public struct Outcome: Sendable {
    /// How long 99 of 100 messages of other keys waited at most, from their publishing to their call.
    public var calmWait = Duration.zero
    public var disturbedWait = Duration.zero
    public var slowCalls = 0
    /// How often the message was tried whose first call never returned.
    public var triesOfStuck = 0
    /// Whether that message had a result before its second try.
    public var stuckWasCompleted = false
    /// Messages without a result.
    public var lost = 0
  }

  private static let keys = 200
  private static let every = 500

  public func run() async throws -> Outcome {
    var outcome = Outcome()
    outcome.calmWait = try await run(disturbed: false).wait
    let disturbed = try await run(disturbed: true)
    outcome.disturbedWait = disturbed.wait
    outcome.slowCalls = disturbed.handler.slowCalls
    outcome.triesOfStuck = disturbed.handler.triesOfStuck
    outcome.stuckWasCompleted = disturbed.stuckWasCompleted
    outcome.lost = disturbed.lost
    return outcome
  }

  private func run(
    disturbed: Bool
  ) async throws -> (wait: Duration, handler: WaitHandler, stuckWasCompleted: Bool, lost: Int) {
    let handler = WaitHandler(
      isSlow: { disturbed && $0 % Self.every == 250 }, isStuck: { disturbed && $0 == 400 },
      slow: slow)
    // Whatever comes, nothing is left hanging.
    defer { handler.release() }
    return try await ScenarioBroker.run(partitions: 8) { broker in
      let configuration = try broker.configuration {
        $0.inFlight = 64
        $0.inFlightPerPartition = 64
        $0.handlerTimeout = timeout
        $0.retries = try RetrySchedule([
          .init(topic: ScenarioBroker.retryTopics[0], delay: .milliseconds(200))
        ])
      }
      try await withWorkers(of: WaitHandler.self) { running in
        running.append(try RunningWorker(configuration, handler))
        try await broker.withProducer { producer in
          // The group's first generation takes its time; it is not what is measured.
          try await producer.send([message(-1)])
          try await poll("the worker at work") { handler.begun > 0 }
          try await publish(producer)
          try await poll("all messages", limit: timeout + .seconds(60)) {
            if handler.triesOfStuck > 1 { handler.release() }
            return handler.done >= messages
          }
        }
      }
      let results = try await broker.records(of: ScenarioBroker.outTopic)
      let numbers = results.compactMap { Int(String(decoding: $0.value ?? [], as: UTF8.self)) }
      return (
        handler.wait(percentile: 99) { disturbed && Self.slowKeys.contains($0 % Self.keys) },
        handler, handler.stuckWasCompleted, messages - Set(numbers.filter { $0 >= 0 }).count
      )
    }
  }

  /// Keys with a slow or a stuck call, whose messages have to wait for it.
  private static let slowKeys: Set<Int> = [50, 150, 0]

  private func publish(_ producer: KafkaProducer) async throws {
    let begin = ContinuousClock.now
    for start in stride(from: 0, to: messages, by: 10) {
      try await Task.sleep(until: begin + .seconds(1) * start / rate, clock: .continuous)
      try await producer.send((start..<min(start + 10, messages)).map(message))
    }
  }

  private func message(_ number: Int) -> KafkaProducerMessage {
    KafkaProducerMessage(
      topic: ScenarioBroker.inTopic, key: Array("\(number < 0 ? -1 : number % Self.keys)".utf8),
      value: Array("\(number) \(WaitHandler.now())".utf8))
  }
}

/// Notes how long each message waited for its call.
private final class WaitHandler: WorkerHandler {
  private struct State {
    var waits: [(number: Int, nanoseconds: Int)] = []
    var begun = 0
    var done = 0
    var slowCalls = 0
    var triesOfStuck = 0
    var stuckWasCompleted = false
    var isReleased = false
  }

  private static let reference = ContinuousClock.now
  static func now() -> Int { Int((ContinuousClock.now - reference) / .nanoseconds(1)) }

  private let state = Mutex(State())
  private let isSlow: @Sendable (Int) -> Bool
  private let isStuck: @Sendable (Int) -> Bool
  private let slow: Duration

  init(
    isSlow: @escaping @Sendable (Int) -> Bool, isStuck: @escaping @Sendable (Int) -> Bool,
    slow: Duration
  ) {
    self.isSlow = isSlow
    self.isStuck = isStuck
    self.slow = slow
  }

  var begun: Int { state.withLock { $0.begun } }
  var done: Int { state.withLock { $0.done } }
  var slowCalls: Int { state.withLock { $0.slowCalls } }
  var triesOfStuck: Int { state.withLock { $0.triesOfStuck } }
  var stuckWasCompleted: Bool { state.withLock { $0.stuckWasCompleted } }

  /// Has the stuck call return.
  func release() { state.withLock { $0.isReleased = true } }

  func wait(percentile: Int, leavingOut isLeftOut: (Int) -> Bool) -> Duration {
    let waits = state.withLock { $0.waits }.filter { !isLeftOut($0.number) }.map(\.nanoseconds)
      .sorted()
    return .nanoseconds(waits.isEmpty ? .max : waits[(waits.count - 1) * percentile / 100])
  }

  func handle(_ records: [KafkaRecord], _ context: WorkContext) async throws -> WorkResult {
    let words = String(decoding: records[0].value ?? [], as: UTF8.self).split(separator: " ")
      .compactMap { Int($0) }
    guard words.count == 2 else { throw TestSupportError("a message cannot be read") }
    let number = words[0]
    state.withLock { state in
      state.begun += 1
      if context.attempt == 0, number >= 0 {
        state.waits.append((number, Self.now() - words[1]))
      }
      if isSlow(number) { state.slowCalls += 1 }
      if isStuck(number) { state.triesOfStuck += 1 }
    }
    if isStuck(number), context.attempt == 0 {
      // Deaf to cancellation, as a call into something that hangs.
      await Task.detached { [self] in
        while !state.withLock({ $0.isReleased }) { try? await Task.sleep(for: .milliseconds(20)) }
      }.value
      return WorkResult()
    }
    try await Task.sleep(for: isSlow(number) ? slow : .milliseconds(20))
    return WorkResult(
      publish: [
        KafkaProducerMessage(topic: ScenarioBroker.outTopic, value: Array("\(number)".utf8))
      ],
      ledger: { [self] in
        state.withLock { state in
          if number >= 0 { state.done += 1 }
          if isStuck(number), state.triesOfStuck < 2 { state.stuckWasCompleted = true }
        }
        return []
      })
  }
}
