import Kafka
import Logging
import Synchronization
import WorkerRuntime

extension KafkaWorker {
  /// Begins reading newly assigned partitions where the group left off.
  func start(_ partitions: [TopicPartition]) async {
    let offsets = await startingOffsets(partitions)
    core.withLock { $0.assign(partitions.map(TopicPartitionID.init)) }
    do {
      try await consumer.accept(offsets)
      observe(.assigned(partitions))
    } catch {
      logger.error("accepting \(partitions) failed: \(error)")
    }
  }

  /// Asks the broker until it answers: a guess would lose or repeat messages.
  private func startingOffsets(
    _ partitions: [TopicPartition]
  ) async -> [(TopicPartition, KafkaOffset)] {
    while true {
      do {
        var offsets: [(TopicPartition, KafkaOffset)] = []
        for committed in try await consumer.committed(partitions) {
          offsets.append((committed.partition, try await startingOffset(committed)))
        }
        return offsets
      } catch {
        if case .closed = error { return [] }
        logger.warning(
          "committed offsets of \(partitions.count) partitions: \(error); asking again")
        do { try await Task.sleep(for: .seconds(1)) } catch { return [] }
      }
    }
  }

  /// The committed offset if the log still has it; what the log no longer has is counted as lost.
  private func startingOffset(_ committed: CommittedOffset) async throws(KafkaError) -> KafkaOffset
  {
    guard let offset = committed.offset else {
      return configuration.start == .earliest ? .beginning : .end
    }
    let log = try await consumer.watermarks(of: committed.partition)
    if offset < log.lowerBound {
      reportLoss(committed.partition, offset..<log.lowerBound)
      return .at(log.lowerBound)
    }
    if offset > log.upperBound {
      logger.error(
        "\(committed.partition): the committed offset \(offset) is past the log's end \(log.upperBound); the topic was made anew, reading it from its beginning"
      )
      return .at(log.lowerBound)
    }
    return .at(offset)
  }

  /// An offset that went out of range while reading is counted as loss, never reset in silence.
  func recover(_ partition: TopicPartition, _ error: KafkaError) async {
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
    consumer.pause(partitions)
    await drain(partitions)
    release(partitions)
    await giveUp(partitions)
  }

  /// The shutdown's drain: the same, of everything, before the group is left.
  func drainEverything() async {
    let partitions = core.withLock { $0.partitions }.map(TopicPartition.init)
    consumer.pause(partitions)
    await drain(partitions)
    release(partitions)
  }

  func release(_ partitions: [TopicPartition]) {
    core.withLock { $0.release(partitions.map(TopicPartitionID.init)) }
  }

  func giveUp(_ partitions: [TopicPartition]) async {
    do { try await consumer.giveUp(partitions) } catch {
      logger.debug("giving up \(partitions): \(error)")
    }
  }

  private func drain(_ partitions: [TopicPartition]) async {
    let ids = partitions.map(TopicPartitionID.init)
    let deadline = ContinuousClock.now + configuration.drainTimeout
    _ = core.withLock { $0.beginDrain(ids) }
    // Looked at every 10 ms rather than signalled: drains are rare and last as long as a call.
    while ContinuousClock.now < deadline, !Task.isCancelled {
      let left = core.withLock { core in
        ids.reduce(0) { $0 + (core.status(of: $1)?.inFlight ?? 0) }
      }
      if left == 0 { break }
      try? await Task.sleep(for: .milliseconds(10))
    }
    await commit()
  }
}
