import CRDKafka
import Synchronization

/// The acknowledgements of the messages of one `enqueue`: one continuation for all of them.
///
/// `@unchecked Sendable`: a slot is written by `enqueue` before the message is produced or by the delivery
/// thread when it is answered, never by both; readers read after `outstanding` fell to zero, which is a
/// sequentially consistent atomic.
public final class KafkaDelivery: @unchecked Sendable {
  struct Slot {
    let owner: Unmanaged<KafkaDelivery>
    var offset: Int64
    var partition: Int32
    var code: Int32
  }

  let slots: UnsafeMutableBufferPointer<Slot>
  // One more than the messages: `enqueue` holds the last until it has tried them all.
  private let outstanding: Atomic<Int>
  private let state = Mutex<(finished: Bool, waiters: [CheckedContinuation<Void, Never>])>(
    (false, []))

  init(count: Int) {
    slots = .allocate(capacity: count)
    outstanding = Atomic(count + 1)
    // Balanced in `settle` when the last message is answered.
    let owner = Unmanaged.passRetained(self)
    slots.initialize(repeating: Slot(owner: owner, offset: -1, partition: -1, code: 0))
  }

  deinit { slots.deallocate() }

  /// One result a message, in the order given; waits until the last is known.
  public var results: [Result<KafkaRecordMetadata, KafkaError>] {
    get async {
      await settled()
      return slots.map { slot in
        slot.code == 0
          ? .success(KafkaRecordMetadata(partition: slot.partition, offset: slot.offset))
          : .failure(KafkaError(rd_kafka_resp_err_t(rawValue: slot.code), "message not delivered"))
      }
    }
  }

  /// Waits until every message is acknowledged; throws the first failure.
  public func acknowledged() async throws(KafkaError) {
    await settled()
    if let failed = slots.first(where: { $0.code != 0 }) {
      throw KafkaError(rd_kafka_resp_err_t(rawValue: failed.code), "message not delivered")
    }
  }

  private func settled() async {
    await withCheckedContinuation { continuation in
      let finished = state.withLock { state in
        if !state.finished { state.waiters.append(continuation) }
        return state.finished
      }
      if finished { continuation.resume() }
    }
  }

  /// Counts down by `count` answered messages.
  func settle(_ count: Int) {
    guard count > 0 else { return }
    let left = outstanding.subtract(count, ordering: .sequentiallyConsistent).newValue
    guard left == 0 else { return }
    let waiters = state.withLock { state in
      state.finished = true
      return state.waiters
    }
    for waiter in waiters { waiter.resume() }
    Unmanaged.passUnretained(self).release()
  }

  /// Marks a message that was never produced.
  func refuse(_ index: Int, _ code: rd_kafka_resp_err_t) {
    slots[index].code = code.rawValue
  }

  func opaque(_ index: Int) -> UnsafeMutableRawPointer {
    UnsafeMutableRawPointer(slots.baseAddress! + index)
  }
}
