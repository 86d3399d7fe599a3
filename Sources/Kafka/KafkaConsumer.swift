import CRDKafka
import Dispatch
import Logging
import Synchronization

/// Reads topics, as a member of a group or from assignments by hand.
///
/// One thread owns the handle. One task reads ``next()`` or ``events``; all else may be called from any
/// task. Call ``close()`` when done: it leaves the group and ends the thread.
public final class KafkaConsumer: Sendable {
  private let handle: ClientHandle
  private let queueAddress: UInt
  private let mailbox: ConsumerMailbox
  private let thread: ConsumerThread
  private let ended = Ended()
  /// Calls that wait for a broker's answer sit here, not on the polling thread.
  private let blocking = DispatchQueue(label: "kafka.consumer.blocking")
  private let usage = HandleUsage()

  /// Starts a client; brokers are reached in the background, again and again.
  ///
  /// - Parameter onStatistics: called from any task every `statisticsInterval` of the configuration.
  public init(
    configuration: KafkaConsumerConfiguration, logger: Logger = Logger(label: "kafka.consumer"),
    onStatistics: (@Sendable (KafkaStatistics) -> Void)? = nil
  ) throws(KafkaError) {
    let mailbox = ConsumerMailbox(batchLimit: configuration.bufferedBatches)
    let thread = ConsumerThread(
      configuration: configuration, mailbox: mailbox, usage: usage, ended: ended, logger: logger)
    let context = CallbackContext(
      logger: logger,
      onError: { thread.clientFailed($0) },
      onStatistics: onStatistics,
      onRebalance: { thread.rebalanced($0, $1) },
      onCommit: { thread.committed($0, $1, $2) })
    thread.isJoining = { context.isJoining.withLock { $0 } }
    let handle = try ClientHandle(
      type: RD_KAFKA_CONSUMER, properties: configuration.properties(), context: context
    ) { conf, context in
      rd_kafka_conf_interceptor_add_on_new(conf, "joining", watchJoining, context)
      rd_kafka_conf_set_error_cb(conf, errorCallback)
      rd_kafka_conf_set_rebalance_cb(conf, rebalanceCallback)
    }
    self.handle = handle
    self.mailbox = mailbox
    self.thread = thread
    rd_kafka_poll_set_consumer(handle.pointer)
    let address = UInt(bitPattern: rd_kafka_queue_get_consumer(handle.pointer))
    queueAddress = address
    DedicatedThread.start(named: "kafka-consumer") {
      thread.run(handle, queue: OpaquePointer(bitPattern: address)!)
    }
  }

  // MARK: Reading

  /// The next event; nil after ``close()``. A reader that stops taking events stops the consumer, and
  /// after `maxPollInterval` the group takes its partitions away.
  public func next() async -> KafkaConsumerEvent? { await mailbox.next() }

  /// ``next()`` as a sequence.
  public var events: Events { Events(consumer: self) }

  public struct Events: AsyncSequence, AsyncIteratorProtocol, Sendable {
    let consumer: KafkaConsumer
    public func makeAsyncIterator() -> Self { self }
    public mutating func next() async -> KafkaConsumerEvent? { await consumer.next() }
  }

  /// Joins the group for these topics; a name that begins with `^` is a regular expression.
  public func subscribe(to topics: [String]) async throws(KafkaError) {
    try await perform { client throws(KafkaError) in
      let list = PartitionList(topics.map { TopicPartition(topic: $0, partition: -1) })
      try check(rd_kafka_subscribe(client, list.pointer), "subscribe to \(topics)")
    }
  }

  /// Reads exactly these partitions from these offsets, without a group.
  public func assign(_ offsets: [(TopicPartition, KafkaOffset)]) async throws(KafkaError) {
    try await perform { client throws(KafkaError) in
      let list = PartitionList(offsets)
      try check(rd_kafka_assign(client, list.pointer), "assign")
    }
  }

  /// Adds partitions to the hand-made assignment.
  public func add(_ offsets: [(TopicPartition, KafkaOffset)]) async throws(KafkaError) {
    try await perform { client throws(KafkaError) in
      let list = PartitionList(offsets)
      if let error = rd_kafka_incremental_assign(client, list.pointer) {
        throw KafkaError(consuming: error, "assign")
      }
    }
  }

  /// Takes partitions out of the hand-made assignment.
  public func remove(_ partitions: [TopicPartition]) async throws(KafkaError) {
    try await perform { client throws(KafkaError) in
      let list = PartitionList(partitions)
      if let error = rd_kafka_incremental_unassign(client, list.pointer) {
        throw KafkaError(consuming: error, "unassign")
      }
    }
  }

  /// Answers `assigned` under deferred rebalancing: reading begins at these offsets.
  public func accept(_ offsets: [(TopicPartition, KafkaOffset)]) async throws(KafkaError) {
    try await perform { [thread] client throws(KafkaError) in thread.assign(client, offsets) }
  }

  /// Answers `revoked` under deferred rebalancing: the partitions are the group's again.
  public func giveUp(_ partitions: [TopicPartition]) async throws(KafkaError) {
    try await perform { [thread] client throws(KafkaError) in thread.unassign(client, partitions) }
  }

  /// Stops fetching from these partitions and drops what was fetched ahead; heartbeats go on.
  public func pause(_ partitions: [TopicPartition]) {
    post { client in
      let list = PartitionList(partitions)
      rd_kafka_pause_partitions(client, list.pointer)
    }
  }

  /// Fetches from these partitions again, from after the last message handed over.
  public func resume(_ partitions: [TopicPartition]) {
    post { client in
      let list = PartitionList(partitions)
      rd_kafka_resume_partitions(client, list.pointer)
    }
  }

  // MARK: Offsets

  /// Commits offsets with their metadata for the group; throws what the broker refused.
  public func commit(_ offsets: [CommittedOffset]) async throws(KafkaError) {
    if let error = await commit(taking: { offsets }).error { throw error }
  }

  /// Commits what `offsets` returns when the consumer's thread asks for it: of two callers the later never
  /// sends the older offsets. Says what was tried and what the broker refused.
  public func commit(
    taking offsets: @escaping @Sendable () -> [CommittedOffset]
  ) async -> (offsets: [CommittedOffset], error: KafkaError?) {
    await withCheckedContinuation { continuation in
      let posted = mailbox.post { [thread, queueAddress] client in
        thread.commit(
          client, queue: OpaquePointer(bitPattern: queueAddress)!, offsets(), continuation)
      }
      if posted { wake() } else { continuation.resume(returning: ([], .closed("consumer"))) }
    }
  }

  /// Reads on from these offsets; what was fetched ahead is dropped.
  public func seek(_ offsets: [(TopicPartition, KafkaOffset)]) async throws(KafkaError) {
    try await perform { client throws(KafkaError) in
      let list = PartitionList(offsets)
      if let error = rd_kafka_seek_partitions(client, list.pointer, 0) {
        throw KafkaError(consuming: error, "seek")
      }
    }
  }

  /// What the group has committed for these partitions.
  public func committed(
    _ partitions: [TopicPartition], timeout: Duration = .seconds(10)
  ) async throws(KafkaError) -> [CommittedOffset] {
    try await ask { client throws(KafkaError) in
      let list = PartitionList(partitions)
      try check(
        rd_kafka_committed(client, list.pointer, Int32(timeout.wholeMilliseconds)),
        "committed offsets")
      if let error = list.firstError { throw error }
      return list.read()
    }
  }

  /// The oldest offset that is still there and the one after the newest.
  public func watermarks(
    of partition: TopicPartition, timeout: Duration = .seconds(10)
  ) async throws(KafkaError) -> Range<Int64> {
    try await ask { client throws(KafkaError) in
      var low: Int64 = 0
      var high: Int64 = 0
      try check(
        rd_kafka_query_watermark_offsets(
          client, partition.topic, partition.partition, &low, &high,
          Int32(timeout.wholeMilliseconds)), "watermarks of \(partition)")
      return low..<max(low, high)
    }
  }

  /// The offset after the last message that was handed over; nil before the first.
  public func position(of partition: TopicPartition) async throws(KafkaError) -> Int64? {
    try await ask { client throws(KafkaError) in
      let list = PartitionList([partition])
      try check(rd_kafka_position(client, list.pointer), "position of \(partition)")
      return list.read().first?.offset
    }
  }

  /// How many partitions a topic has.
  public func partitionCount(
    of topic: String, timeout: Duration = .seconds(10)
  ) async throws(KafkaError) -> Int32 {
    try await ask { client throws(KafkaError) in
      try TopicMetadata.partitionCount(of: topic, client: client, timeout: timeout)
    }
  }

  // MARK: End

  /// Leaves the group and gives up all partitions. Batches not taken yet are dropped, other events stay
  /// readable; batches that were taken stay whole, and the last one to go ends the client's threads.
  public func close() async {
    _ = mailbox.post { [thread, queueAddress] client in
      thread.close(client, queue: OpaquePointer(bitPattern: queueAddress)!)
    }
    wake()
    await ended.wait()
  }

  // MARK: Ways to the thread

  private func wake() {
    usage.whileOpen { rd_kafka_queue_yield(OpaquePointer(bitPattern: queueAddress)) }
  }

  private func post(_ command: @escaping ConsumerMailbox.Command) {
    let posted = mailbox.post { [thread] client in
      if !thread.closing { command(client) }
    }
    if posted { wake() }
  }

  /// Runs `body` on the consumer's thread.
  private func perform(
    _ body: @escaping @Sendable (OpaquePointer) throws(KafkaError) -> Void
  ) async throws(KafkaError) {
    let result: Result<Void, KafkaError> = await withCheckedContinuation { continuation in
      let posted = mailbox.post { [thread] client in
        continuation.resume(
          returning: thread.closing
            ? .failure(.closed("consumer")) : Result { () throws(KafkaError) in try body(client) })
      }
      if posted { wake() } else { continuation.resume(returning: .failure(.closed("consumer"))) }
    }
    try result.get()
  }

  /// Runs `body`, which waits for a broker, beside the consumer's thread.
  private func ask<T: Sendable>(
    _ body: @escaping @Sendable (OpaquePointer) throws(KafkaError) -> T
  ) async throws(KafkaError) -> T {
    let result: Result<T, KafkaError> = await withCheckedContinuation { continuation in
      blocking.async { [handle, usage] in
        let answer = usage.whileOpen {
          Result { () throws(KafkaError) in try body(handle.pointer) }
        }
        continuation.resume(returning: answer ?? .failure(.closed("consumer")))
      }
    }
    return try result.get()
  }
}

func check(_ code: rd_kafka_resp_err_t, _ context: @autoclosure () -> String) throws(KafkaError) {
  guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { throw KafkaError(code, context()) }
}
