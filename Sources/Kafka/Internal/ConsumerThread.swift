import CRDKafka
import Glibc
import Logging
import Synchronization

/// The one thread that polls a consumer's handle: it runs the reader's commands, hands over batches and
/// answers the group when rebalancing is automatic.
///
/// `@unchecked Sendable`: all stored variables are touched on the thread only: by its loop, by
/// the callbacks that the loop's own polls invoke, and by the commands that it runs.
final class ConsumerThread: @unchecked Sendable {
  private let configuration: KafkaConsumerConfiguration
  private let mailbox: ConsumerMailbox
  private let usage: HandleUsage
  private let ended: Ended
  private let logger: Logger

  private var unsent: [KafkaConsumerEvent] = []
  private var commits: [UInt: PendingCommit] = [:]
  private var nextCommit: UInt = 1
  /// Once set, librdkafka may never answer an assignment or a pause any more, and a commit that reaches it
  /// between its last steps aborts the process: none is asked of it.
  private(set) var closing = false
  /// Whether a rebalance is under way that the reader may know nothing of yet. Set before the thread starts.
  var isJoining: @Sendable () -> Bool = { false }
  /// librdkafka does not close a consumer that had a fatal error, such as a member that was fenced: it has left its
  /// group already, and is only destroyed.
  private var closeRefused = false
  /// A deferred rebalance that the reader has not answered; closing answers it, or it would wait for ever.
  private var unanswered: RebalanceNotice?

  init(
    configuration: KafkaConsumerConfiguration, mailbox: ConsumerMailbox, usage: HandleUsage,
    ended: Ended, logger: Logger
  ) {
    self.configuration = configuration
    self.mailbox = mailbox
    self.usage = usage
    self.ended = ended
    self.logger = logger
  }

  func run(_ handle: ClientHandle, queue: OpaquePointer) {
    let client = handle.pointer
    let batch = UnsafeMutablePointer<UnsafeMutablePointer<rd_kafka_message_t>?>.allocate(
      capacity: configuration.batchLimit)
    while !(closing && (closeRefused || rd_kafka_consumer_closed(client) != 0)) {
      for command in mailbox.takeCommands() { command(client) }
      // A reader that does not take its batches stops the polling, and `max.poll.interval.ms` counts.
      if !closing, mailbox.isFull {
        mailbox.waitForRoom()
      } else {
        poll(queue, into: batch)
      }
    }
    for command in mailbox.finish() { command(client) }
    for commit in commits.values { commit.end(.closed("consumer")) }
    commits = [:]
    batch.deallocate()
    usage.close()
    while !usage.isIdle { usleep(1_000) }
    rd_kafka_queue_destroy(queue)
    ended.finish()
    // Blocks until the reader has let go of its last batch, whose messages point into the client: so it
    // must not hold up whoever closes the consumer and may be that reader.
    handle.destroy(flags: RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE)
  }

  /// Waits for one message, then takes what else is there: a batch call that waits would wait until the
  /// batch is full.
  private func poll(
    _ queue: OpaquePointer,
    into batch: UnsafeMutablePointer<UnsafeMutablePointer<rd_kafka_message_t>?>
  ) {
    let limit = configuration.batchLimit
    var count = 0
    if let first = rd_kafka_consume_queue(queue, closing ? 10 : 100) {
      batch[0] = first
      count = 1
      if limit > 1 {
        count += max(0, rd_kafka_consume_batch_queue(queue, 0, batch + 1, limit - 1))
      }
    }
    hand(over: UnsafeMutableBufferPointer(start: batch, count: count))
    for event in unsent { mailbox.put(event) }
    unsent = []
  }

  /// Sorts errors from messages; while closing nothing is handed over any more.
  private func hand(
    over taken: UnsafeMutableBufferPointer<UnsafeMutablePointer<rd_kafka_message_t>?>
  ) {
    var kept = 0
    for pointer in taken {
      guard let message = pointer else { continue }
      if closing {
        rd_kafka_message_destroy(message)
      } else if message.pointee.err == RD_KAFKA_RESP_ERR_NO_ERROR {
        taken[kept] = message
        kept += 1
      } else {
        unsent.append(failure(message.pointee))
        rd_kafka_message_destroy(message)
      }
    }
    guard kept > 0 else { return }
    mailbox.put(.messages(KafkaMessageBatch(taking: UnsafeBufferPointer(rebasing: taken[..<kept]))))
  }

  private func failure(_ message: rd_kafka_message_t) -> KafkaConsumerEvent {
    let words = message.payload.map {
      String(decoding: UnsafeRawBufferPointer(start: $0, count: message.len), as: UTF8.self)
    }
    let error = KafkaError(message.err, words ?? "consume")
    guard let topic = message.rkt, message.partition >= 0 else {
      return .failed(error, fatal: message.err == RD_KAFKA_RESP_ERR__FATAL)
    }
    return .partitionFailed(
      TopicPartition(
        topic: String(cString: rd_kafka_topic_name(topic)), partition: message.partition), error)
  }

  // MARK: Callbacks, on the thread

  func clientFailed(_ error: KafkaError) {
    unsent.append(.failed(error, fatal: error.code == .fatal))
  }

  func rebalanced(_ client: OpaquePointer, _ notice: RebalanceNotice) {
    let automatic = closing || configuration.rebalancing == .automatic
    unanswered = automatic ? nil : notice
    switch notice.kind {
    case .assign:
      if automatic { assign(client, notice.partitions.map { ($0, .committed) }) }
      unsent.append(.assigned(notice.partitions))
    case .revoke:
      if automatic { unassign(client, notice.partitions) }
      unsent.append(.revoked(notice.partitions, lost: notice.lost))
    case .failed(let code):
      rd_kafka_assign(client, nil)
      unsent.append(.failed(KafkaError(code, "rebalance"), fatal: false))
    }
  }

  func committed(_ id: UInt, _ code: rd_kafka_resp_err_t, _ failures: [CommitFailure]) {
    guard let commit = commits.removeValue(forKey: id) else { return }
    if let failed = failures.first {
      commit.end(KafkaError(failed.code, "commit of \(failed.partition)"))
    } else if code != RD_KAFKA_RESP_ERR_NO_ERROR {
      commit.end(KafkaError(code, "commit"))
    } else {
      commit.end(nil)
    }
  }

  // MARK: Commands, on the thread

  func assign(_ client: OpaquePointer, _ offsets: [(TopicPartition, KafkaOffset)]) {
    unanswered = nil
    let list = PartitionList(offsets)
    if isCooperative(client) {
      report(rd_kafka_incremental_assign(client, list.pointer), "assign")
    } else {
      report(rd_kafka_assign(client, list.pointer), "assign")
    }
    // librdkafka 2.0 keeps a partition that was paused before its revocation paused when it comes back.
    rd_kafka_resume_partitions(client, list.pointer)
  }

  func unassign(_ client: OpaquePointer, _ partitions: [TopicPartition]) {
    unanswered = nil
    if isCooperative(client) {
      let list = PartitionList(partitions)
      report(rd_kafka_incremental_unassign(client, list.pointer), "unassign")
    } else {
      report(rd_kafka_assign(client, nil), "unassign")
    }
  }

  func commit(
    _ client: OpaquePointer, queue: OpaquePointer, _ offsets: [CommittedOffset],
    _ waiting: CheckedContinuation<PendingCommit.Answer, Never>
  ) {
    let commit = PendingCommit(offsets: offsets, waiting: waiting)
    guard !closing else { return commit.end(.closed("consumer")) }
    guard !offsets.isEmpty else { return commit.end(nil) }
    // Brokers answer a connection's requests in turn: a commit sent behind the request to join is looked at once the
    // next generation has begun, is refused as of an old one, and librdkafka gives up every partition for it.
    guard !isJoining() else {
      return commit.end(KafkaError(RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS, "commit"))
    }
    let list = PartitionList(capacity: offsets.count)
    for offset in offsets { list.add(committing: offset) }
    let id = nextCommit
    nextCommit += 1
    commits[id] = commit
    let code = rd_kafka_commit_queue(
      client, list.pointer, queue, commitCallback, UnsafeMutableRawPointer(bitPattern: id))
    if code != RD_KAFKA_RESP_ERR_NO_ERROR { committed(id, code, []) }
  }

  func close(_ client: OpaquePointer, queue: OpaquePointer) {
    guard !closing else { return }
    defer { closing = true }
    switch unanswered?.kind {
    case .assign: assign(client, [])
    case .revoke: unassign(client, unanswered?.partitions ?? [])
    default: break
    }
    if let error = rd_kafka_consumer_close_queue(client, queue) {
      closeRefused = true
      logger.debug("\(KafkaError(consuming: error, "closing the consumer"))")
    }
  }

  private func isCooperative(_ client: OpaquePointer) -> Bool {
    rd_kafka_rebalance_protocol(client).map { String(cString: $0) } == "COOPERATIVE"
  }

  private func report(_ code: rd_kafka_resp_err_t, _ what: String) {
    guard code != RD_KAFKA_RESP_ERR_NO_ERROR else { return }
    unsent.append(.failed(KafkaError(code, what), fatal: false))
  }

  private func report(_ error: OpaquePointer?, _ what: String) {
    guard let error else { return }
    unsent.append(.failed(KafkaError(consuming: error, what), fatal: false))
  }
}

/// A commit that the broker has not answered.
struct PendingCommit {
  typealias Answer = (offsets: [CommittedOffset], error: KafkaError?)
  let offsets: [CommittedOffset]
  let waiting: CheckedContinuation<Answer, Never>

  func end(_ error: KafkaError?) { waiting.resume(returning: (offsets, error)) }
}
