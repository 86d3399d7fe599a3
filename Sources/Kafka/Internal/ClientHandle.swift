import CRDKafka
import Logging
import Synchronization

/// Owns a `rd_kafka_t`: created with its settings, destroyed exactly once.
///
/// `@unchecked Sendable`: librdkafka's handles may be used from any thread; `destroy` is called once, by
/// the thread that owns the handle, after it has stopped using it.
final class ClientHandle: @unchecked Sendable {
  let pointer: OpaquePointer
  private let context: Unmanaged<CallbackContext>

  /// Creates the client; librdkafka connects in the background.
  init(
    type: rd_kafka_type_t, properties: [String: String], context: CallbackContext,
    prepare: (_ conf: OpaquePointer, _ context: UnsafeMutableRawPointer) -> Void = { _, _ in }
  ) throws(KafkaError) {
    let conf = try Self.makeConf(properties)
    self.context = Unmanaged.passRetained(context)
    rd_kafka_conf_set_opaque(conf, self.context.toOpaque())
    if context.onStatistics != nil { rd_kafka_conf_set_stats_cb(conf, statisticsCallback) }
    rd_kafka_conf_set_log_cb(conf, logCallback)
    prepare(conf, self.context.toOpaque())
    var words = [CChar](repeating: 0, count: 512)
    guard let pointer = rd_kafka_new(type, conf, &words, words.count) else {
      rd_kafka_conf_destroy(conf)
      self.context.release()
      throw .configuration(key: "client", value: "", reason: Self.text(words))
    }
    self.pointer = pointer
  }

  /// Frees the client. Blocks until librdkafka's threads have ended.
  func destroy(flags: Int32 = 0) {
    rd_kafka_destroy_flags(pointer, flags)
    context.release()
  }

  private static func makeConf(_ properties: [String: String]) throws(KafkaError) -> OpaquePointer {
    guard let conf = rd_kafka_conf_new() else {
      throw .configuration(key: "client", value: "", reason: "out of memory")
    }
    for (key, value) in properties.sorted(by: { $0.key < $1.key }) {
      var words = [CChar](repeating: 0, count: 512)
      if rd_kafka_conf_set(conf, key, value, &words, words.count) != RD_KAFKA_CONF_OK {
        rd_kafka_conf_destroy(conf)
        throw .configuration(
          key: key, value: PropertyNames.shown(value, of: key), reason: text(words))
      }
    }
    return conf
  }

  static func text(_ words: [CChar]) -> String {
    String(decoding: words.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}

/// What the C callbacks reach through librdkafka's opaque pointer.
///
/// `@unchecked Sendable`: `tally` is touched on the polling thread only.
final class CallbackContext: @unchecked Sendable {
  let logger: Logger
  /// What was logged last of a connection that failed.
  let connectionFailure = Mutex<String?>(nil)
  /// The producer's delivery reports of the poll under way.
  let tally = UnsafeMutablePointer<DeliveryTally>.allocate(capacity: 1)
  /// Whether the member has asked to join a new generation of its group and has not been told its partitions.
  let isJoining = Mutex(false)
  /// Called on the thread that polls, for errors of the client as a whole.
  let onError: @Sendable (KafkaError) -> Void
  /// Called on the polling thread when the group gives or takes partitions.
  let onRebalance: (@Sendable (OpaquePointer, RebalanceNotice) -> Void)?
  /// Called on the polling thread when a commit was answered.
  let onCommit: (@Sendable (UInt, rd_kafka_resp_err_t, [CommitFailure]) -> Void)?
  /// Called from any task every `statisticsInterval`.
  let onStatistics: (@Sendable (KafkaStatistics) -> Void)?

  init(
    logger: Logger,
    onError: @escaping @Sendable (KafkaError) -> Void,
    onStatistics: (@Sendable (KafkaStatistics) -> Void)? = nil,
    onRebalance: (@Sendable (OpaquePointer, RebalanceNotice) -> Void)? = nil,
    onCommit: (@Sendable (UInt, rd_kafka_resp_err_t, [CommitFailure]) -> Void)? = nil
  ) {
    self.logger = logger
    self.onError = onError
    self.onRebalance = onRebalance
    self.onCommit = onCommit
    self.onStatistics = onStatistics
    tally.initialize(to: DeliveryTally())
  }

  deinit { tally.deallocate() }
}

/// What librdkafka's rebalance callback said.
struct RebalanceNotice: Sendable {
  enum Kind: Sendable {
    case assign, revoke
    case failed(rd_kafka_resp_err_t)
  }
  let kind: Kind
  let partitions: [TopicPartition]
  let lost: Bool
}

/// A partition whose commit was refused.
struct CommitFailure: Sendable {
  let partition: TopicPartition
  let code: rd_kafka_resp_err_t
}
