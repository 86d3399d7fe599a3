import CRDKafka
import Glibc

/// Between the consumer's thread and its reader: commands one way, bounded events the other.
///
/// `@unchecked Sendable`: every stored property but the constants is read and written under `lock`.
final class ConsumerMailbox: @unchecked Sendable {
  typealias Command = @Sendable (OpaquePointer) -> Void

  private let lock: UnsafeMutablePointer<pthread_mutex_t>
  private let changed: UnsafeMutablePointer<pthread_cond_t>
  private let batchLimit: Int

  private var commands: [Command] = []
  private var events: [KafkaConsumerEvent] = []
  private var waitingBatches = 0
  private var reader: CheckedContinuation<KafkaConsumerEvent?, Never>?
  private var finished = false

  init(batchLimit: Int) {
    self.batchLimit = batchLimit
    lock = .allocate(capacity: 1)
    changed = .allocate(capacity: 1)
    pthread_mutex_init(lock, nil)
    pthread_cond_init(changed, nil)
  }

  deinit {
    pthread_cond_destroy(changed)
    pthread_mutex_destroy(lock)
    lock.deallocate()
    changed.deallocate()
  }

  private func locked<T>(_ body: () -> T) -> T {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    return body()
  }

  // MARK: The reader's side

  /// Queues a command for the thread; false when the thread has ended.
  func post(_ command: @escaping Command) -> Bool {
    locked {
      guard !finished else { return false }
      commands.append(command)
      pthread_cond_signal(changed)
      return true
    }
  }

  /// The next event; nil once the consumer is closed and all events are taken.
  func next() async -> KafkaConsumerEvent? {
    await withCheckedContinuation { continuation in
      let event: KafkaConsumerEvent?? = locked {
        precondition(reader == nil, "one task reads a consumer's events")
        if let event = takeEvent() { return event }
        if finished { return .some(nil) }
        reader = continuation
        return nil
      }
      if let event { continuation.resume(returning: event) }
    }
  }

  private func takeEvent() -> KafkaConsumerEvent? {
    guard !events.isEmpty else { return nil }
    let event = events.removeFirst()
    if case .messages = event {
      waitingBatches -= 1
      pthread_cond_signal(changed)
    }
    return event
  }

  // MARK: The thread's side

  func takeCommands() -> [Command] {
    locked {
      defer { commands = [] }
      return commands
    }
  }

  func put(_ event: KafkaConsumerEvent) {
    let waiting: CheckedContinuation<KafkaConsumerEvent?, Never>? = locked {
      if let reader {
        self.reader = nil
        return reader
      }
      events.append(event)
      if case .messages = event { waitingBatches += 1 }
      return nil
    }
    waiting?.resume(returning: event)
  }

  var isFull: Bool { locked { waitingBatches >= batchLimit } }

  /// Blocks the thread until the reader took a batch or posted a command, at most 100 ms.
  func waitForRoom() {
    locked {
      guard waitingBatches >= batchLimit, commands.isEmpty else { return }
      var until = timespec()
      clock_gettime(CLOCK_REALTIME, &until)
      until.tv_nsec += 100_000_000
      if until.tv_nsec >= 1_000_000_000 {
        until.tv_nsec -= 1_000_000_000
        until.tv_sec += 1
      }
      pthread_cond_timedwait(changed, lock, &until)
    }
  }

  /// Ends the events and returns the commands that nobody will run. Batches that were not taken go: a
  /// message that is kept keeps the client from ending.
  func finish() -> [Command] {
    let (waiting, left) = locked {
      finished = true
      waitingBatches = 0
      events.removeAll { if case .messages = $0 { true } else { false } }
      defer {
        reader = nil
        commands = []
      }
      return (reader, commands)
    }
    waiting?.resume(returning: nil)
    return left
  }
}
