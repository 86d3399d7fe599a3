import Kafka

/// What one role does with its messages. Called at least once for each message, concurrently, in order
/// where the worker's ordering asks for it.
public protocol WorkerHandler: Sendable {
  /// Handles messages of one partition, in offset order; exactly one unless the worker batches.
  ///
  /// Publishing belongs into the returned ``WorkResult``: the worker publishes it only while the partition
  /// is still its own, and completes the messages only once everything is acknowledged.
  ///
  /// - Throws: ``WorkFailure`` to say what should become of the messages; any other error counts as
  ///   ``WorkFailure/Verdict/retry``.
  func handle(_ records: [KafkaRecord], _ context: WorkContext) async throws -> WorkResult

  /// What is published beside the dead letter of a message, such as its entry in a ledger.
  func obituary(for record: KafkaRecord, _ failure: WorkFailure) -> [KafkaProducerMessage]
}

extension WorkerHandler {
  public func obituary(for record: KafkaRecord, _ failure: WorkFailure) -> [KafkaProducerMessage] {
    []
  }
}

/// What the handler may know of the work it is given.
public struct WorkContext: Sendable {
  /// Times this message was tried before and failed by its own fault.
  public let attempt: Int
  /// When the worker received it.
  public let receivedAt: ContinuousClock.Instant

  public init(attempt: Int, receivedAt: ContinuousClock.Instant) {
    self.attempt = attempt
    self.receivedAt = receivedAt
  }
}

/// What handled messages leave behind.
public struct WorkResult: Sendable {
  /// Published first.
  public var publish: [KafkaProducerMessage]
  /// Asked for once all of `publish` is acknowledged, and published last: whoever reads the ledger finds
  /// everything it speaks of.
  public var ledger: @Sendable () -> [KafkaProducerMessage]

  public init(
    publish: [KafkaProducerMessage] = [],
    ledger: @escaping @Sendable () -> [KafkaProducerMessage] = { [] }
  ) {
    self.publish = publish
    self.ledger = ledger
  }
}

/// Why messages were not handled, and what should become of them.
public struct WorkFailure: Error, Sendable, CustomStringConvertible {
  public enum Verdict: String, Sendable {
    /// This message's own trouble: try again, a bounded number of times.
    case retry
    /// A shared cause, such as a gateway that is down: try again until it works; uses no attempt.
    case hold
    /// It can never be handled: to the dead letters.
    case dead
  }

  public var verdict: Verdict
  /// A stable word, such as `malformed_message`.
  public var reason: String
  /// The cause in words.
  public var detail: String
  /// Wait at least this long before the next try.
  public var after: Duration?
  /// What the next try is to know of this one: the message has these headers then, and in its retry topic and as a dead
  /// letter, in place of those of the same names.
  public var headers: [KafkaHeader]

  public init(
    _ verdict: Verdict, reason: String, detail: String, after: Duration? = nil,
    headers: [KafkaHeader] = []
  ) {
    self.verdict = verdict
    self.reason = reason
    self.detail = detail
    self.after = after
    self.headers = headers
  }

  public var description: String { "\(reason): \(detail)" }
}

/// What a worker tells whoever watches it.
public enum WorkerEvent: Sendable {
  case assigned([TopicPartition])
  case revoked([TopicPartition], lost: Bool)
  /// A try failed and another follows.
  case postponed(WorkFailure, TopicPartition, offset: Int64)
  /// A message waits with another of its key that failed, and uses no try of its own.
  case attached(TopicPartition, offset: Int64)
  case died(WorkFailure, TopicPartition, offset: Int64)
  /// Messages that the broker deleted before they were consumed.
  case lost(TopicPartition, Range<Int64>)
  /// A message is unfinished that its topic will soon have deleted.
  case nearRetention(TopicPartition, offset: Int64, age: Duration, retention: Duration)
  case clientFailed(KafkaError)
}
