import Kafka
import Logging
import Synchronization
import WorkerRuntime

extension KafkaWorker {
  /// Publishes a failed message to the topic where it waits; true once acknowledged.
  func retryLater(
    _ record: KafkaRecord, of job: Core.Job, _ failure: WorkFailure, attempts: Int
  ) async -> Bool {
    guard
      let tier = configuration.retries.tier(afterTry: attempts, atLeast: failure.after ?? .zero)
    else { return false }
    observe(.postponed(failure, record.partition, offset: record.offset))
    let dueAt = millisecondsSince1970() + Int64(tier.delay / .milliseconds(1))
    return await moveTo(.init(topic: tier.topic, dueAt: dueAt), record, of: job, attempts: attempts)
  }

  /// Has a message whose key waits for another try wait with it; nil if it need not.
  func attach(_ job: Core.Job) async -> Bool? {
    guard owned != nil, let item = job.items.first?.payload, let key = item.record.key else {
      return nil
    }
    let wait = pending.withLock {
      $0.wait(of: item.origin, key: key, partition: job.partition.partition)
    }
    guard let wait else { return nil }
    observe(.attached(item.record.partition, offset: item.record.offset))
    return await moveTo(wait, item.record, of: job, attempts: item.attempts)
  }

  private func moveTo(
    _ wait: PendingRetries.Wait, _ record: KafkaRecord, of job: Core.Job, attempts: Int
  ) async -> Bool {
    let item = job.items[0].payload
    let number = job.partition.partition
    let headers = RetryHeaders(
      original: record.partition, offset: record.offset, timestamp: record.timestamp,
      attempts: attempts, dueAt: wait.dueAt)
    let message = headers.message(record, topic: wait.topic, partition: number)
    while await maySend(), isCurrent(job) {
      guard let (_, error) = await failures(of: [message]).first else {
        metrics.retried(in: wait.topic)
        if let key = item.record.key {
          pending.withLock { $0.add(item.origin, key: key, partition: number, wait) }
        }
        return true
      }
      postpone(job, WorkFailure(.hold, reason: "retry_topic_refused", detail: "\(error)"))
      await pause(for: .seconds(1), job)
    }
    return false
  }

  /// Learns from messages of retry topics which keys have one waiting.
  func remember(_ items: [Core.Item]) {
    pending.withLock { pending in
      for item in items {
        guard let retry = item.payload.retry, let key = item.key else { continue }
        pending.add(
          item.payload.origin, key: key, partition: item.partition.partition,
          .init(topic: item.partition.topic, dueAt: retry.dueAt))
      }
    }
  }

  /// Takes note that a message waits no more.
  func settle(_ job: Core.Job) {
    guard owned != nil else { return }
    pending.withLock { pending in
      for item in job.items {
        guard let key = item.key else { continue }
        pending.remove(item.payload.origin, key: key, partition: item.partition.partition)
      }
    }
  }
}
