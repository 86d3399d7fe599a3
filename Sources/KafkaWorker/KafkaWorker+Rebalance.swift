import Kafka
import Logging
import Synchronization
import WorkerRuntime

extension KafkaWorker {
  /// Begins reading newly assigned partitions where the group left off.
  func start(_ partitions: [TopicPartition]) async {
    if isStopping.withLock({ $0 }) {
      try? await consumer.accept(partitions.map { ($0, .end) })
      return consumer.pause(partitions)
    }
    let starts = await starts(of: partitions, on: consumer)
    let along = ownedAlong(with: partitions)
    let ownedStarts = if let owned { await self.starts(of: along, on: owned) } else { [Start]() }
    let completed = await confirmed(starts + ownedStarts)
    let all = partitions + along
    core.withLock { $0.assign(all.map(TopicPartitionID.init), completed: completed) }
    // Before anything of them is read: who shares something out by partitions must know of them first.
    observe(.assigned(partitions))
    do {
      try await owned?.add(ownedStarts.map { ($0.partition, $0.offset) })
      try await consumer.accept(starts.map { ($0.partition, $0.offset) })
    } catch {
      logger.error("accepting \(partitions) failed: \(error)")
    }
  }

  /// Where a partition begins, and what its last owner says is complete above.
  private struct Start {
    let partition: TopicPartition
    let offset: KafkaOffset
    var claim: CompletedOffsets?
  }

  /// Asks the broker until it answers: a guess would lose or repeat messages.
  private func starts(
    of partitions: [TopicPartition], on consumer: KafkaConsumer
  ) async -> [Start] {
    if partitions.isEmpty { return [] }
    while true {
      do {
        var starts: [Start] = []
        for committed in try await consumer.committed(partitions) {
          starts.append(try await start(from: committed, on: consumer))
        }
        return starts
      } catch {
        if case .closed = error { return [] }
        logger.warning(
          "committed offsets of \(partitions.count) partitions: \(error); asking again")
        do { try await Task.sleep(for: .seconds(1)) } catch { return [] }
      }
    }
  }

  /// The committed offset if the log still has it; what the log no longer has is counted as lost.
  private func start(
    from committed: CommittedOffset, on consumer: KafkaConsumer
  ) async throws(KafkaError) -> Start {
    let partition = committed.partition
    let metadata = CommitMetadata(committed.metadata)
    if !configuration.ownedTopics.contains(partition.topic) {
      if case .damaged(let how) = metadata.note {
        logger.warning("\(partition): the note of its commit is damaged: \(how)")
      }
      notes?.restore(metadata.note, for: partition)
    }
    guard let offset = committed.offset else {
      // What waits in a retry topic was consumed before: no start skips it.
      let isRetry = configuration.retries.tiers.contains { $0.topic == partition.topic }
      return Start(
        partition: partition,
        offset: configuration.start == .earliest || isRetry ? .beginning : .end)
    }
    let log = try await consumer.watermarks(of: partition)
    if offset < log.lowerBound {
      reportLoss(partition, offset..<log.lowerBound)
      return Start(partition: partition, offset: .at(log.lowerBound))
    }
    if offset > log.upperBound {
      logger.error(
        "\(partition): the committed offset \(offset) is past the log's end \(log.upperBound); the topic was made anew, reading it from its beginning"
      )
      return Start(partition: partition, offset: .at(log.lowerBound))
    }
    var start = Start(partition: partition, offset: .at(offset))
    do {
      if let claim = try CompletedOffsets.read(metadata.completed, above: offset) {
        if claim.last < log.upperBound {
          start.claim = claim
        } else {
          ignore(partition, "it goes past the log's end \(log.upperBound)")
        }
      }
    } catch {
      ignore(partition, "\(error)")
    }
    return start
  }

  private func ignore(_ partition: TopicPartition, _ why: String) {
    logger.warning("\(partition): the metadata of its commit is not honoured: \(why)")
  }

  /// The claims whose last record is in the log with the timestamp it had: another log's offsets mean nothing.
  private func confirmed(_ starts: [Start]) async -> [TopicPartitionID: CompletedOffsets] {
    var open: [TopicPartition: CompletedOffsets] = [:]
    for start in starts { open[start.partition] = start.claim }
    var confirmed: [TopicPartitionID: CompletedOffsets] = [:]
    if open.isEmpty { return confirmed }
    do {
      var consuming = configuration.consumer
      consuming.rebalancing = .automatic
      consuming.groupInstanceID = nil
      consuming.batchLimit = 1
      let reader = try KafkaConsumer(configuration: consuming, logger: logger)
      let timer = Task {
        try await Task.sleep(for: .seconds(10))
        await reader.close()
      }
      defer { timer.cancel() }
      try await reader.assign(open.map { ($0.key, .at($0.value.last)) })
      reading: for await event in reader.events {
        switch event {
        case .messages(let batch):
          for message in batch {
            guard let claim = open.removeValue(forKey: message.partition) else { continue }
            if message.offset == claim.last, message.timestamp ?? -1 == claim.timestamp {
              confirmed[TopicPartitionID(message.partition)] = claim
            } else {
              ignore(message.partition, "offset \(claim.last) holds another record now")
            }
          }
        case .partitionFailed(let partition, let error):
          if open.removeValue(forKey: partition) != nil { ignore(partition, "\(error)") }
        case .assigned, .revoked, .failed: break
        }
        if open.isEmpty { break reading }
      }
      await reader.close()
    } catch {
      logger.warning("reading the records that commits' metadata names: \(error)")
    }
    for partition in open.keys { ignore(partition, "its last record could not be read") }
    return confirmed
  }

  /// An offset that went out of range while reading is counted as loss, never reset in silence.
  func recover(_ partition: TopicPartition, _ error: KafkaError) async {
    let consumer = reader(of: partition.topic)
    guard error.code == .autoOffsetReset else {
      logger.warning("\(partition): \(error)")
      return observe(.clientFailed(error))
    }
    do {
      let log = try await consumer.watermarks(of: partition)
      if let oldest = try await consumer.position(of: partition), oldest < log.lowerBound {
        reportLoss(partition, oldest..<log.lowerBound)
      }
      try await consumer.seek([(partition, .at(log.lowerBound))])
    } catch {
      logger.error("\(partition): cannot go on after an out-of-range offset: \(error)")
    }
  }

  private func reportLoss(_ partition: TopicPartition, _ offsets: Range<Int64>) {
    logger.critical(
      "\(partition): offsets \(offsets.lowerBound) to \(offsets.upperBound - 1) were deleted before they were consumed"
    )
    observe(.lost(partition, offsets))
  }

  /// Lets what is in flight finish, commits it, then lets the partitions go.
  func drainAndGiveUp(_ partitions: [TopicPartition]) async {
    stopReading(partitions)
    await drain(partitions + ownedAlong(with: partitions))
    release(partitions)
    await giveUp(partitions)
  }

  /// The shutdown's drain: the same, of everything, before the group is left.
  ///
  /// While the group is in a rebalance, as when its members are restarted one after the other, it takes no commit; what
  /// was done since the last one would be done again by others, so this waits for the rebalance's end.
  func drainEverything() async {
    isStopping.withLock { $0 = true }
    let partitions = core.withLock { $0.partitions }.map(TopicPartition.init)
      .filter { !configuration.ownedTopics.contains($0.topic) }
    stopReading(partitions)
    var committed = await drain(partitions + ownedAlong(with: partitions))
    let deadline = ContinuousClock.now + configuration.consumer.sessionTimeout
    while !committed, ContinuousClock.now < deadline, !Task.isCancelled {
      try? await Task.sleep(for: .milliseconds(50))
      committed = await commit()
    }
    release(partitions)
  }

  func release(_ partitions: [TopicPartition]) {
    let all = partitions + ownedAlong(with: partitions)
    core.withLock { $0.release(all.map(TopicPartitionID.init)) }
    noteBook.withLock { $0.forget(partitions.map(TopicPartitionID.init)) }
    notes?.release(partitions)
    pending.withLock { $0.forget(Set(partitions.map(\.partition))) }
  }

  private func stopReading(_ partitions: [TopicPartition]) {
    consumer.pause(partitions)
    owned?.pause(ownedAlong(with: partitions))
  }

  /// The partitions of other topics that belong to whoever owns these.
  private func ownedAlong(with partitions: [TopicPartition]) -> [TopicPartition] {
    configuration.ownedTopics.flatMap { topic in
      partitions.map { TopicPartition(topic: topic, partition: $0.partition) }
    }
  }

  /// Asks until a broker answers whether the owned topics have as many partitions as the one that says who owns them.
  ///
  /// - Throws: `KafkaError` for one that has more or fewer: some would be nobody's.
  func checkPartitionCounts() async throws(KafkaError) {
    guard let owned else { return }
    var left = [configuration.topics[0]] + configuration.ownedTopics
    var expected: Int32?
    while let topic = left.first {
      do throws(KafkaError) {
        let count = try await owned.partitionCount(of: topic)
        if let expected, count != expected {
          throw .configuration(
            key: topic, value: "\(count) partitions",
            reason: "must be the \(expected) of \(configuration.topics[0])")
        }
        expected = count
        left.removeFirst()
      } catch {
        switch error {
        case .configuration, .closed: throw error
        default: break
        }
        logger.warning("partitions of \(topic): \(error); asking again")
        observe(.clientFailed(error))
        do { try await Task.sleep(for: .seconds(1)) } catch { throw .closed("consumer") }
      }
    }
  }

  func giveUp(_ partitions: [TopicPartition]) async {
    do {
      try await owned?.remove(ownedAlong(with: partitions))
      try await consumer.giveUp(partitions)
    } catch {
      logger.debug("giving up \(partitions): \(error)")
    }
  }

  /// Returns false if the broker refused the commit at the end.
  @discardableResult
  private func drain(_ partitions: [TopicPartition]) async -> Bool {
    let ids = partitions.map(TopicPartitionID.init)
    let started = ContinuousClock.now
    defer { metrics.drained(in: .now - started) }
    let deadline = started + configuration.drainTimeout
    _ = core.withLock { $0.beginDrain(ids) }
    // Looked at every 10 ms rather than signalled: drains are rare and last as long as a call.
    while ContinuousClock.now < deadline, !Task.isCancelled {
      let left = core.withLock { core in
        ids.reduce(0) { $0 + (core.status(of: $1)?.inFlight ?? 0) }
      }
      if left == 0 { break }
      try? await Task.sleep(for: .milliseconds(10))
    }
    return await commit()
  }
}
