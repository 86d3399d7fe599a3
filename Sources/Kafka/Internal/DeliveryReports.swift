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
    while !(ended.asked && usage.isIdle && rd_kafka_outq_len(handle.pointer) == 0) {
      guard rd_kafka_poll(handle.pointer, 50) > 0 else { continue }
      context.tally.pointee.settle()
      // The messages count against the local queue until their callback has returned: whoever waits for room
      // is woken after that, or finds none and waits for a report that never comes.
      space.signal()
    }
    space.signal()
    topics.destroy()
    handle.destroy()
    ended.finish()
  }
}

/// Delivery reports of one delivery that follow each other, to be counted down at once.
struct DeliveryTally {
  private var owner: Unmanaged<KafkaDelivery>?
  private var count = 0

  mutating func take(_ message: UnsafePointer<rd_kafka_message_t>) {
    guard let slot = message.pointee._private?.assumingMemoryBound(to: KafkaDelivery.Slot.self)
    else { return }
    slot.pointee.offset = message.pointee.offset
    slot.pointee.partition = message.pointee.partition
    slot.pointee.code = message.pointee.err.rawValue
    // A delivery lives while messages of it are not counted down: `owner` does until `settle`.
    let next = slot.pointee.owner
    if next.toOpaque() != owner?.toOpaque() {
      settle()
      owner = next
    }
    count += 1
  }

  mutating func settle() {
    owner?.takeUnretainedValue().settle(count)
    owner = nil
    count = 0
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
