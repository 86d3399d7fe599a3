import Kafka
import Logging
import Synchronization
import WorkerRuntime

extension KafkaWorker {
  /// Waits until this process may send, which is nearly always now; false once the task was cancelled.
  ///
  /// What librdkafka had taken before the process was stopped is sent when it goes on: nothing can call it back.
  func maySend() async -> Bool {
    while !suspension.withLock({ $0.maySend(at: .now) }) {
      do { try await Task.sleep(for: .milliseconds(100)) } catch { return false }
    }
    return true
  }

  /// Proves, after a gap, that this member is still of its group's generation: its positions are committed once more,
  /// moved or not.
  func proveMembership() async {
    guard !suspension.withLock({ $0.maySend(at: .now) }) else { return }
    let begun = ContinuousClock.now
    let topics = subscribedTopics
    let taken = Mutex(Taken())
    let (_, error) = await consumer.commit(taking: { [self] in
      let next = takeAll(of: topics)
      taken.withLock { $0 = next }
      return next.offsets
    })
    // Without a position there is nothing that could be published either.
    guard taken.withLock({ !$0.offsets.isEmpty }) else { return }
    if let error {
      if case .closed = error { return }
      return logger.warning("this process was stopped for a while; nothing is sent: \(error)")
    }
    acknowledge(taken.withLock { $0.notes })
    suspension.withLock { $0.committed(begun: begun) }
    logger.notice("this process was stopped for a while, and is still a member of its group")
  }
}
