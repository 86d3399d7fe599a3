import CRDKafka
import Synchronization

/// The producer's own thread: takes delivery reports until it is told to stop and none is left.
struct DeliveryReports: Sendable {
  let handle: ClientHandle
  let context: CallbackContext
  let space: SpaceSignal
  let topics: TopicHandles
  let usage: HandleUsage
  let ended: Ended

  func drain() {
    let queue = rd_kafka_queue_get_main(handle.pointer)
    let capacity = 1_024
    let messages = UnsafeMutablePointer<UnsafePointer<rd_kafka_message_t>?>.allocate(
      capacity: capacity)
    while !(ended.asked && usage.isIdle && rd_kafka_outq_len(handle.pointer) == 0) {
      guard let event = rd_kafka_queue_poll(queue, 50) else { continue }
      switch rd_kafka_event_type(event) {
      case RD_KAFKA_EVENT_DR:
        while case let count = rd_kafka_event_message_array(event, messages, capacity), count > 0 {
          KafkaDelivery.report(UnsafeBufferPointer(start: messages, count: count))
        }
        space.signal()
      case RD_KAFKA_EVENT_ERROR:
        context.onError(
          KafkaError(
            rd_kafka_event_error(event), String(cString: rd_kafka_event_error_string(event))))
      default: break
      }
      // The messages count against the local queue until their event is gone: whoever waits for room is
      // woken after that, or finds none and waits for a report that never comes.
      rd_kafka_event_destroy(event)
      space.signal()
    }
    space.signal()
    messages.deallocate()
    topics.destroy()
    rd_kafka_queue_destroy(queue)
    handle.destroy()
    ended.finish()
  }
}

/// Counts the calls that are inside librdkafka, so that the handle is destroyed only after the last.
final class HandleUsage: Sendable {
  private let open = Atomic(true)
  private let active = Atomic(0)

  /// Runs `body` unless the client was closed.
  func whileOpen<T>(_ body: () -> T) -> T? {
    // Entering before looking, and closing before counting, each sequentially consistent: whoever sees the
    // client open is seen by `isIdle`.
    active.add(1, ordering: .sequentiallyConsistent)
    defer { active.subtract(1, ordering: .sequentiallyConsistent) }
    guard open.load(ordering: .sequentiallyConsistent) else { return nil }
    return body()
  }

  func close() { open.store(false, ordering: .sequentiallyConsistent) }

  var isIdle: Bool { active.load(ordering: .sequentiallyConsistent) == 0 }
}

/// Wakes whoever waits for room in the local queue.
final class SpaceSignal: Sendable {
  private let state = Mutex<(generation: Int, waiters: [CheckedContinuation<Void, Never>])>((0, []))

  var generation: Int { state.withLock { $0.generation } }

  /// Returns once a report came in after `generation` was read: no wake-up can be missed.
  func wait(after generation: Int) async {
    await withCheckedContinuation { continuation in
      let passed = state.withLock { state in
        if state.generation == generation { state.waiters.append(continuation) }
        return state.generation != generation
      }
      if passed { continuation.resume() }
    }
  }

  func signal() {
    let waiters = state.withLock { state in
      state.generation += 1
      defer { state.waiters = [] }
      return state.waiters
    }
    for waiter in waiters { waiter.resume() }
  }
}

/// The end of a client's thread: asked for, then waited for.
final class Ended: Sendable {
  private struct State {
    var asked = false
    var done = false
    var waiters: [CheckedContinuation<Void, Never>] = []
  }
  private let state = Mutex(State())

  var asked: Bool { state.withLock { $0.asked } }

  func ask() { state.withLock { $0.asked = true } }

  func wait() async {
    await withCheckedContinuation { continuation in
      let done = state.withLock { state in
        if !state.done { state.waiters.append(continuation) }
        return state.done
      }
      if done { continuation.resume() }
    }
  }

  func finish() {
    let waiters = state.withLock { state in
      state.done = true
      defer { state.waiters = [] }
      return state.waiters
    }
    for waiter in waiters { waiter.resume() }
  }
}

/// librdkafka's topic objects, one a topic, kept for the life of the client.
///
/// `@unchecked Sendable`: librdkafka's topic objects may be used from any thread.
final class TopicHandles: @unchecked Sendable {
  private let client: OpaquePointer
  private let known = Mutex<[String: UInt]>([:])

  init(client: OpaquePointer) { self.client = client }

  /// Nil when the name is not a legal topic name.
  subscript(topic: String) -> OpaquePointer? {
    known.withLock { known in
      if let address = known[topic] { return OpaquePointer(bitPattern: address) }
      guard let pointer = rd_kafka_topic_new(client, topic, nil) else { return nil }
      known[topic] = UInt(bitPattern: pointer)
      return pointer
    }
  }

  func destroy() {
    known.withLock { known in
      for address in known.values { rd_kafka_topic_destroy(OpaquePointer(bitPattern: address)) }
      known = [:]
    }
  }
}
