import CRDKafka
import Logging

/// Publishes messages. May be used from any task; one thread drains the delivery reports.
///
/// Call ``shutdown(timeout:)`` when done: it delivers what waits and ends the thread.
public final class KafkaProducer: Sendable {
  let handle: ClientHandle
  private let topics: TopicHandles
  private let space = SpaceSignal()
  let usage = HandleUsage()
  private let ended = Ended()

  /// Starts a client; brokers are reached in the background, again and again.
  ///
  /// - Parameter onStatistics: called from any task every `statisticsInterval` of the configuration.
  public init(
    configuration: KafkaProducerConfiguration, logger: Logger = Logger(label: "kafka.producer"),
    onError: @escaping @Sendable (KafkaError) -> Void = { _ in },
    onStatistics: (@Sendable (KafkaStatistics) -> Void)? = nil
  ) throws(KafkaError) {
    let context = CallbackContext(
      logger: logger, onError: onError, onStatistics: onStatistics)
    handle = try ClientHandle(
      type: RD_KAFKA_PRODUCER, properties: configuration.properties(), context: context
    ) { conf, _ in
      rd_kafka_conf_set_dr_msg_cb(conf, deliveryCallback)
      rd_kafka_conf_set_error_cb(conf, errorCallback)
    }
    topics = TopicHandles(client: handle.pointer)
    let reports = DeliveryReports(
      handle: handle, context: context, space: space, topics: topics, usage: usage, ended: ended)
    DedicatedThread.start(named: "kafka-delivery") { reports.drain() }
  }

  /// Hands messages to librdkafka, in order, and returns what tells their fate.
  ///
  /// Suspends while the local queue is full, which lasts at most `deliveryTimeout`. Messages that cannot
  /// be taken at all (too large, unknown partition) fail in the returned delivery, not here.
  @discardableResult
  public func enqueue(_ messages: [KafkaProducerMessage]) async throws(KafkaError) -> KafkaDelivery
  {
    let delivery = KafkaDelivery(count: messages.count)
    var next = 0
    while next < messages.count {
      let generation = space.generation
      let produced = usage.whileOpen {
        Self.produce(messages, from: next, into: delivery, handle: handle, topics: topics)
      }
      guard let produced else {
        for index in next..<messages.count { delivery.refuse(index, RD_KAFKA_RESP_ERR__DESTROY) }
        delivery.settle(messages.count - next)
        break
      }
      next = produced
      if next < messages.count { await space.wait(after: generation) }
    }
    delivery.settle(1)
    return delivery
  }

  /// Publishes messages and waits for all acknowledgements; throws the first failure.
  public func send(_ messages: [KafkaProducerMessage]) async throws(KafkaError) {
    try await enqueue(messages).acknowledged()
  }

  /// Publishes one message and waits for its acknowledgement.
  @discardableResult
  public func send(
    _ message: KafkaProducerMessage
  ) async throws(KafkaError) -> KafkaRecordMetadata {
    try await enqueue([message]).results[0].get()
  }

  /// Messages in the local queue or on their way.
  public var outstanding: Int { usage.whileOpen { Int(rd_kafka_outq_len(handle.pointer)) } ?? 0 }

  /// Delivers what waits, for at most `timeout`, fails the rest, and ends the client.
  public func shutdown(timeout: Duration = .seconds(30)) async {
    let clock = ContinuousClock()
    let deadline = clock.now + timeout
    while outstanding > 0, clock.now < deadline {
      try? await clock.sleep(for: .milliseconds(5))
    }
    _ = usage.whileOpen {
      rd_kafka_purge(handle.pointer, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT)
    }
    usage.close()
    ended.ask()
    await ended.wait()
  }
}
