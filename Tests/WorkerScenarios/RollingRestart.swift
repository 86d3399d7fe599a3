import Kafka
import KafkaWorker
import Synchronization
import TestSupport

/// Several workers, each restarted once while there is work: after Decaton's suite of processing guarantees.
public struct RollingRestart: Sendable {
  public var workers = 3
  public var partitions: Int32 = 12
  public var keys = 100
  public var messages = 10_000
  public var assignor = KafkaConsumerConfiguration.Assignor.cooperativeSticky

  public init() {}

  /// What was found when every published result was compared with the one before it of its key.
  public struct Ledger: Sendable {
    /// Pairs that were compared; a ledger without any asserts nothing.
    public var comparisons = 0
    /// Results that began before the one that was published before them.
    public var backInTime = 0
    /// Results that followed one that was not their predecessor nor a later one.
    public var gaps = 0
    /// Results of messages that had one.
    public var repeated = 0
    /// Messages without a result.
    public var lost = 0
    /// Lives of workers that published anything.
    public var lives = 0
  }

  /// - Throws: when a message is not done in time, among others.
  public func run() async throws -> Ledger {
    try await ScenarioBroker.run(partitions: partitions) { broker in
      try await broker.withProducer { producer in
        let done = Done(count: messages)
        try await withWorkers(of: StampingHandler.self) { running in
          for life in 0..<workers { running.append(try start(life, broker, done)) }
          try await waitUntilAllOwn(running)
          let half = messages / 2
          try await publish(0..<half, producer)
          try await poll("half of the messages", limit: .seconds(120)) { done.distinct >= half }
          // One part at each restart, one for those that came back: no life goes without work.
          let parts = (0...workers + 1).map { half + (messages - half) * $0 / (workers + 1) }
          for index in 0..<workers {
            try await publish(parts[index]..<parts[index + 1], producer)
            try await running[index].stop()
            running[index] = try start(workers + index, broker, done)
          }
          try await waitUntilAllOwn(running)
          try await publish(parts[workers]..<messages, producer)
          try await poll("all messages", limit: .seconds(180)) { done.distinct == messages }
        }
      }
      return try ledger(of: try await broker.records(of: ScenarioBroker.outTopic))
    }
  }

  private func start(
    _ life: Int, _ broker: ScenarioBroker, _ done: Done
  ) throws -> RunningWorker<StampingHandler> {
    let configuration = broker.configuration {
      $0.consumer.assignor = assignor
      $0.inFlight = 64
      $0.inFlightPerPartition = 32
      $0.drainTimeout = .seconds(20)
    }
    return try RunningWorker(configuration, StampingHandler(life: life, done: done))
  }

  private func waitUntilAllOwn(_ running: [RunningWorker<StampingHandler>]) async throws {
    try await poll("partitions for every worker", limit: .seconds(120)) {
      running.allSatisfy { !$0.worker.report().partitions.isEmpty }
    }
  }

  /// Message n is the n/keys-th of key n%keys.
  private func publish(_ numbers: Range<Int>, _ producer: KafkaProducer) async throws {
    try await producer.send(
      numbers.map { number in
        KafkaProducerMessage(
          topic: ScenarioBroker.inTopic, key: Array("\(number % keys)".utf8),
          value: Array("\(number)".utf8))
      })
  }

  private func ledger(of records: [KafkaRecord]) throws -> Ledger {
    var ledger = Ledger()
    var last: [Int: Stamp] = [:]
    var seen: Set<Int> = []
    var lives: Set<Int> = []
    for record in records {
      let stamp = try Stamp(record)
      let key = stamp.number % keys
      lives.insert(stamp.life)
      if !seen.insert(stamp.number).inserted { ledger.repeated += 1 }
      if let before = last[key] {
        ledger.comparisons += 1
        if stamp.begun <= before.begun { ledger.backInTime += 1 }
        if stamp.number > before.number + keys { ledger.gaps += 1 }
      } else if stamp.number != key {
        ledger.gaps += 1
      }
      last[key] = stamp
    }
    ledger.lost = messages - seen.count
    ledger.lives = lives.count
    return ledger
  }
}

/// What a result says of its making.
private struct Stamp {
  let number: Int
  /// Nanoseconds.
  let begun: Int
  let life: Int

  init(number: Int, begun: Int, life: Int) {
    self.number = number
    self.begun = begun
    self.life = life
  }

  init(_ record: KafkaRecord) throws {
    let words = String(decoding: record.value ?? [], as: UTF8.self).split(separator: " ")
      .compactMap { Int($0) }
    guard words.count == 3 else { throw TestSupportError("a result cannot be read") }
    self.init(number: words[0], begun: words[1], life: words[2])
  }

  var value: [UInt8] { Array("\(number) \(begun) \(life)".utf8) }
}

/// The messages that were handled.
private final class Done: Sendable {
  private let seen: Mutex<(flags: [Bool], count: Int)>

  init(count: Int) { seen = Mutex((Array(repeating: false, count: count), 0)) }

  var distinct: Int { seen.withLock { $0.count } }

  func add(_ number: Int) {
    seen.withLock { seen in
      if !seen.flags[number] { seen.count += 1 }
      seen.flags[number] = true
    }
  }
}

private let reference = ContinuousClock.now

/// Takes a few milliseconds and publishes when it began.
private struct StampingHandler: WorkerHandler {
  let life: Int
  let done: Done

  func handle(_ records: [KafkaRecord], _ context: WorkContext) async throws -> WorkResult {
    let text = String(decoding: records[0].value ?? [], as: UTF8.self)
    guard let number = Int(text) else { throw TestSupportError("\(text) is no number") }
    let begun = Int((ContinuousClock.now - reference) / .nanoseconds(1))
    try await Task.sleep(for: .milliseconds(.random(in: 1...5)))
    let stamp = Stamp(number: number, begun: begun, life: life)
    let done = done
    return WorkResult(
      publish: [
        KafkaProducerMessage(
          topic: ScenarioBroker.outTopic, key: records[0].key, value: stamp.value)
      ],
      ledger: {
        // All of `publish` is acknowledged by now.
        done.add(number)
        return []
      })
  }
}
